using CloudDav.Server.Jobs;
using CloudDav.Server.Options;
using CloudDav.Server.Telemetry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using IOptions = Microsoft.Extensions.Options.Options;

namespace CloudDav.Server.Tests.Jobs;

public sealed class BacklogJobTests
{
    [Fact]
    public async Task Where_contents_are_in_no_folder_no_room_is_measured_for_them()
    {
        await using var nodes = new JobNodes();
        var node = nodes.Open();

        await nodes.StartAsync(
            [BacklogJob.JobName],
            services =>
                [
                    new BacklogJob(
                        node,
                        IOptions.Create(
                            new StorageOptions
                            {
                                MetadataFolder = nodes.Folder,
                                ContentFolder = Path.Combine(nodes.Folder, "none"),
                                Azure = new AzureOptions { ConnectionString = "not used here" },
                            }
                        ),
                        services.GetRequiredService<StorageMetrics>(),
                        services.GetRequiredService<Rounds>(),
                        nodes.Time,
                        NullLogger<BacklogJob>.Instance
                    ),
                ]
        );

        Assert.Empty(nodes.Failed);
    }
}
