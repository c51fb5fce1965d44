using CloudDav.Server.Hosting;
using CloudDav.Server.Jobs;
using CloudDav.Server.Options;
using CloudDav.Vault;
using Microsoft.Extensions.Options;

namespace CloudDav.Server.Operator;

/// <summary>The desks behind measures, registers, staff access, retention and accounts.</summary>
internal static class RegisterDesks
{
    public static void Register(IServiceCollection services)
    {
        services.AddSingleton(provider => new MeasureDesk(
            provider.GetRequiredService<CommandDesk>()
        ));
        services.AddSingleton(provider => new PlatformDesk(
            provider.GetRequiredService<CommandDesk>()
        ));
        services.AddSingleton(provider => new RegisterDesk(
            provider.GetRequiredService<CommandDesk>(),
            provider.GetRequiredService<VaultParts>().Contracts,
            provider.GetRequiredService<TimeProvider>()
        ));
        services.AddSingleton(provider => new RetentionDesk(
            provider.GetRequiredService<CommandDesk>(),
            provider.GetRequiredService<VaultParts>().Destructions
        ));
        services.AddSingleton(provider => new LinkDesk(
            provider.GetRequiredService<CommandDesk>(),
            provider.GetRequiredService<EventKeys>().Seal
        ));
        services.AddSingleton(provider => new StaffDesk(
            provider.GetRequiredService<CommandDesk>(),
            provider.GetRequiredService<VaultParts>().Contracts,
            provider.GetRequiredService<TimeProvider>(),
            TimeSpan.FromMinutes(
                provider.GetRequiredService<IOptions<OperatorOptions>>().Value.StaffGrantMinutes
            )
        ));
        services.AddSingleton(provider =>
        {
            var parts = provider.GetRequiredService<VaultParts>();
            var storage = provider.GetRequiredService<IOptions<StorageOptions>>().Value;
            return new AccountDesk(
                provider.GetRequiredService<CommandDesk>(),
                parts.Accounts,
                parts.Keys,
                parts.Audit,
                parts.Care,
                [new ContentPlace("content", storage.Country, storage.TransferBasis)]
            );
        });
        services.AddSingleton(provider => provider.GetRequiredService<VaultParts>().Vaults);
    }
}
