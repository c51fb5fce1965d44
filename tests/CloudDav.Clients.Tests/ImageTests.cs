using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using CloudDav.Testing;

namespace CloudDav.Clients.Tests;

/// <summary>
/// The Dockerfile, executed and started as it says, without an engine: <see cref="ImageBuilder"/> and <see cref="Container"/> stand for one. What was planted in it is found.
/// </summary>
public sealed class ImageTests(ImageTests.Build build) : IClassFixture<ImageTests.Build>
{
    /// <summary>The stage that compiles is made once for all tests.</summary>
    public sealed class Build : IAsyncDisposable
    {
        internal ImageBuilder Builder { get; } = new();

        public ValueTask DisposeAsync() => Builder.DisposeAsync();
    }

    // Without what the machine's packages and .NET are.
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);
    private const int MostMebibytes = 40;
    private const int MostMebibytesOfMedia = 300;

    private static string Text => File.ReadAllText(Path.Combine(Repository.Root, "Dockerfile"));

    [Fact]
    public async Task The_image_serves_without_root_over_a_root_that_is_read_only_and_keeps_its_volumes()
    {
        await CheckAsync(Text, [], s_patience);
    }

    [Fact]
    public async Task The_same_image_keeps_its_contents_in_Azure_when_the_settings_say_so()
    {
        await using var azurite = await Azurite.StartAsync();
        await CheckAsync(
            Text,
            [
                "CLOUDDAV_Storage__Country=BE",
                $"CLOUDDAV_Storage__Azure__ConnectionString={azurite.ConnectionString}",
            ],
            s_patience
        );
    }

    [Fact]
    public async Task The_same_image_is_one_of_an_operators_nodes_when_the_settings_say_so()
    {
        Assert.SkipUnless(TestSqlServer.IsGiven, TestSqlServer.Missing);
        using var database = new TestSqlServer();
        await using var azurite = await Azurite.StartAsync();
        await CheckAsync(
            Text,
            [
                .. database.Settings.Select(setting =>
                    $"CLOUDDAV_{setting.Key.Replace(":", "__", StringComparison.Ordinal)}={setting.Value}"
                ),
                "CLOUDDAV_Storage__Country=BE",
                $"CLOUDDAV_Storage__Azure__ConnectionString={azurite.ConnectionString}",
            ],
            // The first start makes the tables.
            patience: TimeSpan.FromMinutes(4)
        );
    }

    [Theory]
    [InlineData(
        "COPY config/clouddav.json",
        "COPY config/missing.json",
        "there is no config/missing.json"
    )]
    [InlineData(
        "COPY --from=build /app",
        "COPY --from=build /source/bin",
        "there is no /source/bin"
    )]
    [InlineData("COPY --from=build /app", "COPY --from=sdk /app", "there is no stage sdk")]
    [InlineData("COPY --from=build", "COPY --link --from=build", "--link is not known")]
    [InlineData("VOLUME", "ADD src/ /app/\nVOLUME", "the instruction ADD is not known")]
    [InlineData("-chiseled-extra", "-chiseled", "nothing stands here for the image")]
    [InlineData("WORKDIR /app\n", "WORKDIR /app\nRUN rm -f *.pdb\n", "RUN")]
    [InlineData("USER 1654", "USER root", "is for root")]
    [InlineData(
        "VOLUME [\"/data\", \"/keys\"]",
        "VOLUME [\"/data\"]",
        "may change or become: /keys"
    )]
    [InlineData(
        "COPY --from=build --chown=1654:1654 /volumes/keys",
        "COPY --from=build /volumes/keys",
        "/keys"
    )]
    [InlineData("COPY --from=build /app", "COPY --from=build --chown=1654:1654 /app", "may change")]
    [InlineData(
        "ENTRYPOINT [\"dotnet\", \"CloudDav.Server.dll\"]",
        "ENTRYPOINT dotnet CloudDav.Server.dll",
        "/bin/sh"
    )]
    [InlineData("HEALTHCHECK", "# HEALTHCHECK", "HEALTHCHECK")]
    [InlineData("COPY --from=media", "# COPY --from=media", "no preview of picture.jpg")]
    [InlineData("libvips42t64", "libvips41", "libvips41: No such file")]
    [InlineData("\"health\"]", "\"healthy\"]", "'healthy'")]
    public async Task A_mistake_in_the_Dockerfile_is_found(string right, string wrong, string told)
    {
        Assert.Contains(right, Text, StringComparison.Ordinal);
        var problem = await Assert.ThrowsAsync<ImageProblem>(() =>
            CheckAsync(
                Text.Replace(right, wrong, StringComparison.Ordinal),
                [],
                patience: TimeSpan.FromSeconds(10)
            )
        );
        Assert.Contains(told, problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("RUN mkdir /made && false", "ended with 1")]
    [InlineData("COPY tests/ tests/", "there is no tests/")]
    public async Task A_step_that_fails_ends_the_build(string step, string told)
    {
        var problem = await Assert.ThrowsAsync<ImageProblem>(() =>
            build.Builder.BuildAsync($"FROM mcr.microsoft.com/dotnet/sdk:10.0\n{step}\n")
        );
        Assert.Contains(told, problem.Message, StringComparison.Ordinal);
    }

    private async Task CheckAsync(string dockerfile, string[] settings, TimeSpan patience)
    {
        var image = await build.Builder.BuildAsync(dockerfile);
        using var folder = new TempFolder();
        try
        {
            await CheckFilesAsync(image);
            await CheckServingAsync(image, folder.Path, settings, patience);
        }
        finally
        {
            await ImageBuilder.RemoveAsync($"{image.Root} {folder.Path}/*");
        }
    }

    /// <summary>What is in it: little, and nothing that its user may change, but for the volumes.</summary>
    private static async Task CheckFilesAsync(Image image)
    {
        var (user, _) = ImageBuilder.UserAndGroup(image.User);
        if (user == "0")
            throw new ImageProblem("The image is for root.");
        var volumes = string.Concat(image.Volumes.Select(v => $"-path {image.Root}{v} -prune -o "));
        var find = await Command.ShellAsync(
            $"""
            {Mount.Sudo}find {image.Root} -xdev {volumes} ! -type l \( -user {user} ! -path '*/home/app' -o -perm -o=w ! -perm -1000 -o -perm /6000 \) -printf 'may change or become: /%P\n'
            """,
            Path.GetTempPath()
        );
        if (find.MustSucceed().Output.Length > 0)
            throw new ImageProblem(find.Output);
        foreach (var part in image.Copied.GroupBy(copied => copied.Stage == "media"))
        {
            var mebibytes = part.Sum(copied => copied.Mebibytes);
            if (mebibytes > (part.Key ? MostMebibytesOfMedia : MostMebibytes))
                throw new ImageProblem($"What was copied has {mebibytes} MiB.");
        }
    }

    private static async Task CheckServingAsync(
        Image image,
        string folder,
        string[] settings,
        TimeSpan patience
    )
    {
        if (image.HealthCheck is not { } health)
            throw new ImageProblem("There is no HEALTHCHECK.");
        var port = DemoServer.FreePort();
        settings =
        [
            .. settings,
            "CLOUDDAV_Listen__Address=127.0.0.1",
            $"CLOUDDAV_Listen__HttpPort={port}",
            "CLOUDDAV_Listen__TrustedProxies__0=127.0.0.1",
        ];
        await using (
            var adds = await Container.StartAsync(
                image,
                folder,
                settings,
                ["account", "add", "ann"],
                "a password\n"
            )
        )
            if (await adds.EndAsync() != 0)
                throw new ImageProblem("No account can be made:\n" + adds.Log);

        using var client = new HttpClient(
            new SocketsHttpHandler
            {
                UseProxy = false,
                UseCookies = false,
                AllowAutoRedirect = false,
            }
        )
        {
            BaseAddress = new Uri($"http://127.0.0.1:{port}/dav/"),
        };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Basic",
            Convert.ToBase64String("ann:a password"u8)
        );
        client.DefaultRequestHeaders.Add("X-Forwarded-Proto", "https");
        var content = new byte[3_000_000];
        new Random(1).NextBytes(content);

        await using (var server = await Container.StartAsync(image, folder, settings))
        {
            await UntilHealthyAsync(server, health, patience);
            Assert.Equal(
                string.Join('\t', Enumerable.Repeat(ImageBuilder.UserAndGroup(image.User).User, 4)),
                await server.StatusAsync("Uid")
            );
            Assert.Equal("0000000000000000", await server.StatusAsync("CapPrm"));
            // Process 1 gets no signal that it does not handle.
            Assert.EndsWith("\t1", await server.StatusAsync("NSpid"), StringComparison.Ordinal);
            using var put = await client.PutAsync("file.bin", new ByteArrayContent(content));
            Assert.Equal(HttpStatusCode.Created, put.StatusCode);
            Assert.Equal(content, await client.GetByteArrayAsync("file.bin"));
            await CheckPreviewsAsync(server, client, folder, patience);
            Assert.Equal(0, await server.StopAsync());
        }
        // A new container over the same volumes has what the first was given.
        await using (var server = await Container.StartAsync(image, folder, settings))
        {
            await UntilHealthyAsync(server, health, patience);
            Assert.Equal(content, await client.GetByteArrayAsync("file.bin"));
            Assert.Equal(0, await server.StopAsync());
        }
    }

    /// <summary>What looks into pictures and videos finds in there everything that it needs.</summary>
    private static async Task CheckPreviewsAsync(
        Container server,
        HttpClient client,
        string folder,
        TimeSpan patience
    )
    {
        string[] media = ["picture.jpg", "picture.heic", "video.mp4"];
        (
            await Command.ShellAsync(
                """
                ffmpeg -v error -f lavfi -i testsrc2=size=640x480:rate=10 -frames:v 1 picture.jpg
                vips copy picture.jpg 'picture.heic[compression=hevc]'
                ffmpeg -v error -f lavfi -i testsrc2=size=640x480:rate=10 -t 1 -pix_fmt yuv420p video.mp4
                """,
                folder
            )
        ).MustSucceed();
        var visitor = new PageVisitor(client);
        await visitor.OpenAsync("/sign-in");
        await visitor.SubmitAsync("/sign-in", ("name", "ann"), ("password", "a password"));
        foreach (var name in media)
        {
            await using var file = File.OpenRead(Path.Combine(folder, name));
            using var put = await client.PutAsync(name, new StreamContent(file));
            Assert.Equal(HttpStatusCode.Created, put.StatusCode);
        }
        foreach (var name in media)
        {
            for (var waited = Stopwatch.StartNew(); ; await Task.Delay(200))
            {
                using var preview = await visitor.SendAsync(
                    new HttpRequestMessage(HttpMethod.Get, "/photos/preview/320/" + name)
                );
                if (preview.StatusCode == HttpStatusCode.Accepted && waited.Elapsed < patience)
                    continue;
                if (preview.Content.Headers.ContentType?.MediaType != "image/jpeg")
                {
                    var player = await server.ExecuteAsync(["/usr/bin/ffmpeg", "-version"]);
                    throw new ImageProblem(
                        $"There is no preview of {name}: {preview.StatusCode} {preview.Content.Headers.ContentType}\n{player.Output}"
                    );
                }
                break;
            }
        }
    }

    private static async Task UntilHealthyAsync(
        Container server,
        IReadOnlyList<string> health,
        TimeSpan patience
    )
    {
        CommandResult? last = null;
        for (var waited = Stopwatch.StartNew(); waited.Elapsed < patience; )
        {
            if (server.HasEnded)
                throw new ImageProblem("The server ended:\n" + server.Log);
            last = await server.ExecuteAsync(health);
            if (last.ExitCode == 0)
                return;
            await Task.Delay(200);
        }
        throw new ImageProblem($"The server is not healthy: {last?.Output}\n{server.Log}");
    }
}
