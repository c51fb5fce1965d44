using System.Diagnostics.Metrics;
using System.Net;
using CloudDav.Server.Api;
using CloudDav.Server.Auth;
using CloudDav.Server.Changes;
using CloudDav.Server.Hosting;
using CloudDav.Server.Jobs;
using CloudDav.Server.Links;
using CloudDav.Server.MainContracts;
using CloudDav.Server.Operator;
using CloudDav.Server.Options;
using CloudDav.Server.Pages;
using CloudDav.Server.Previews;
using CloudDav.Server.Refusals;
using CloudDav.Server.SyncClients;
using CloudDav.Server.Telemetry;
using CloudDav.Server.Television;
using CloudDav.Vault;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;
using ListenOptions = CloudDav.Server.Options.ListenOptions;

namespace CloudDav.Server;

/// <summary>How a server is started, beyond its settings.</summary>
internal sealed record ServerStart
{
    /// <summary>The settings, one section for each class in <c>Options/</c>.</summary>
    public required IConfiguration Settings { get; init; }

    /// <summary>True for the demo alone: plain http is answered, on loopback addresses and names.</summary>
    public bool IsDemo { get; init; }

    /// <summary>Replaces services, for tests.</summary>
    public Action<IServiceCollection>? Replace { get; init; }
}

/// <summary>Puts the server together, in the order a request meets it.</summary>
internal static class ServerHost
{
    /// <summary>A server ready to be started. Its settings are validated when it starts.</summary>
    public static WebApplication Build(ServerStart start)
    {
        // Empty rather than slim: no setting comes from a stray appsettings.json or ASPNETCORE_ variable, and it starts in half the time.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Configuration.AddConfiguration(start.Settings);
        AddOptions(builder.Services, start.Settings);
        AddLogging(builder);
        AddKestrel(builder);
        AddServices(builder.Services, start);
        start.Replace?.Invoke(builder.Services);

        var app = builder.Build();
        var listen = app.Services.GetRequiredService<IOptions<ListenOptions>>().Value;

        // 1. Whether the server lives and can work, for whoever watches over it: by a port of its own, or here.
        if (app.Services.GetRequiredService<IOptions<ManagementOptions>>().Value.Port is null)
            app.Use(app.Services.GetRequiredService<HealthDoor>().InvokeAsync);
        else
            app.Use(app.Services.GetRequiredService<ManagementDoor>().InvokeAsync);
        app.Use(app.Services.GetRequiredService<Drain>().InvokeAsync);
        // 2. From here on everything is measured.
        app.Use(app.Services.GetRequiredService<RequestMeter>().InvokeAsync);
        // 3. Who is really asking, and by which scheme: a trusted proxy's word for it.
        app.Use(new TrustedProxies(listen.TrustedProxies).InvokeAsync);
        // 4. Nothing but https, before any password is looked at.
        app.Use(new PlainHttpGuard(start.IsDemo).InvokeAsync);
        if (start.IsDemo)
            app.Use(LoopbackNames.InvokeAsync);
        // 5. The customer's own door for programs, with routes of its own.
        app.Use(app.Services.GetRequiredService<CustomerApi>().InvokeAsync);
        // 6. The operator's systems, with tokens of their own.
        app.Use(app.Services.GetRequiredService<OperatorDoor>().InvokeAsync);
        // 7. Whoever comes by a link, without an account.
        app.Use(app.Services.GetRequiredService<LinkDoor>().InvokeAsync);
        // 8. TV sets, with tokens that open nothing else.
        app.Use(app.Services.GetRequiredService<TvDoor>().InvokeAsync);
        app.Use(app.Services.GetRequiredService<MediaDoor>().InvokeAsync);
        // 9. People in a browser, with a cookie that opens nothing but these pages; and TV sets in theirs.
        app.Use(app.Services.GetRequiredService<PagesDoor>().InvokeAsync);
        // 10. The sync clients that people already have, at the addresses they know.
        app.Use(app.Services.GetRequiredService<SyncDoor>().InvokeAsync);
        // 11. Everything else is DAV: who signs in, which tree, through which door.
        app.Run(app.Services.GetRequiredService<DavDoors>().InvokeAsync);
        return app;
    }

    private static void AddOptions(IServiceCollection services, IConfiguration settings)
    {
        services
            .AddOptions<StorageOptions>()
            .Bind(settings.GetSection(StorageOptions.Section), Strictly)
            .ValidateOnStart();
        services
            .AddOptions<ListenOptions>()
            .Bind(settings.GetSection(ListenOptions.Section), Strictly)
            .ValidateOnStart();
        services
            .AddOptions<DavOptions>()
            .Bind(settings.GetSection(DavOptions.Section), Strictly)
            .ValidateOnStart();
        services
            .AddOptions<ContractOptions>()
            .Bind(settings.GetSection(ContractOptions.Section), Strictly)
            .ValidateOnStart();
        services
            .AddOptions<SignInOptions>()
            .Bind(settings.GetSection(SignInOptions.Section), Strictly)
            .ValidateOnStart();
        services
            .AddOptions<MainContractOptions>()
            .Bind(settings.GetSection(MainContractOptions.Section), Strictly)
            .ValidateOnStart();
        services
            .AddOptions<EventsOptions>()
            .Bind(settings.GetSection(EventsOptions.Section), Strictly)
            .ValidateOnStart();
        services
            .AddOptions<LifecycleOptions>()
            .Bind(settings.GetSection(LifecycleOptions.Section), Strictly)
            .ValidateOnStart();
        services
            .AddOptions<PreviewOptions>()
            .Bind(settings.GetSection(PreviewOptions.Section), Strictly)
            .ValidateOnStart();
        services.AddSingleton<IValidateOptions<PreviewOptions>, PreviewOptionsValidator>();
        services.AddSingleton<IValidateOptions<StorageOptions>, StorageOptionsValidator>();
        services.AddSingleton<IValidateOptions<ListenOptions>, ListenOptionsValidator>();
        services.AddSingleton<IValidateOptions<DavOptions>, DavOptionsValidator>();
        services.AddSingleton<IValidateOptions<ContractOptions>, ContractOptionsValidator>();
        services.AddSingleton<IValidateOptions<SignInOptions>, SignInOptionsValidator>();
        services
            .AddOptions<OperatorOptions>()
            .Bind(settings.GetSection(OperatorOptions.Section), Strictly)
            .ValidateOnStart();
        services.AddSingleton<IValidateOptions<OperatorOptions>, OperatorOptionsValidator>();
        services.AddSingleton<
            IValidateOptions<MainContractOptions>,
            MainContractOptionsValidator
        >();
        services.AddSingleton<IValidateOptions<EventsOptions>, EventsOptionsValidator>();
        services.AddSingleton<IValidateOptions<LifecycleOptions>, LifecycleOptionsValidator>();
        services
            .AddOptions<ManagementOptions>()
            .Bind(settings.GetSection(ManagementOptions.Section), Strictly)
            .ValidateOnStart();
        services.AddSingleton<IValidateOptions<ManagementOptions>, ManagementOptionsValidator>();
        services
            .AddOptions<PagesOptions>()
            .Bind(settings.GetSection(PagesOptions.Section), Strictly)
            .ValidateOnStart();
        services.AddSingleton<IValidateOptions<PagesOptions>, PagesOptionsValidator>();
        services
            .AddOptions<TelemetryOptions>()
            .Bind(settings.GetSection(TelemetryOptions.Section), Strictly)
            .Validate<IOptions<ManagementOptions>>(
                static (telemetry, management) =>
                    !telemetry.Prometheus || management.Value.Port is not null,
                "Management:Port must be set when Telemetry:Prometheus is: measurements are shown to nobody who comes by the public ports."
            )
            .ValidateOnStart();
        services.AddSingleton<IValidateOptions<TelemetryOptions>, TelemetryOptionsValidator>();
        services
            .AddOptions<LoggingOptions>()
            .Bind(settings.GetSection(LoggingOptions.Section), Strictly)
            .ValidateOnStart();
        services.AddSingleton<IValidateOptions<LoggingOptions>, LoggingOptionsValidator>();
    }

    // A setting that is misspelt would otherwise silently keep its default.
    private static void Strictly(BinderOptions binder) => binder.ErrorOnUnknownConfiguration = true;

    private static void AddLogging(WebApplicationBuilder builder)
    {
        builder.Logging.AddConfiguration(builder.Configuration.GetSection(LoggingOptions.Section));
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        builder.Logging.AddFilter("System", LogLevel.Warning);
        // Why a start failed is told in one sentence, by whoever started it.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting", LogLevel.None);
        builder.Logging.AddConsole(console => console.FormatterName = LogLines.FormatterName);
        builder.Services.AddSingleton<ConsoleFormatter, LogLines>();
    }

    private static void AddKestrel(WebApplicationBuilder builder)
    {
        builder
            .WebHost.UseKestrelCore()
            .UseKestrelHttpsConfiguration()
            .UseSockets(sockets =>
            {
                sockets.MaxReadBufferSize = TransferMemory.MostBuffered;
                sockets.MaxWriteBufferSize = TransferMemory.MostBuffered;
            });
        builder.Services.AddSingleton<IMemoryPoolFactory<byte>, TransferMemory>();
        builder
            .Services.AddOptions<KestrelServerOptions>()
            .Configure<IOptions<ListenOptions>, IOptions<ManagementOptions>>(
                (kestrel, listenOptions, management) =>
                {
                    var listen = listenOptions.Value;
                    kestrel.AddServerHeader = false;
                    kestrel.AllowSynchronousIO = false;
                    // Uploads have no size but the vault's; players may be paused for hours.
                    kestrel.Limits.MaxRequestBodySize = null;
                    kestrel.Limits.MinResponseDataRate = null;
                    kestrel.Limits.MaxRequestBufferSize = TransferMemory.MostBuffered;
                    kestrel.Limits.MaxResponseBufferSize = TransferMemory.MostBuffered;
                    kestrel.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(listen.KeepAliveSeconds);
                    kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(30);
                    // Long names are escaped threefold, and an If header may hold a list of them.
                    kestrel.Limits.MaxRequestLineSize = 32 * 1024;
                    kestrel.Limits.MaxRequestHeadersTotalSize = 128 * 1024;
                    kestrel.Limits.Http2.InitialStreamWindowSize = 1024 * 1024;
                    kestrel.Limits.Http2.InitialConnectionWindowSize = 4 * 1024 * 1024;
                    kestrel.Limits.Http2.MaxRequestHeaderFieldSize = 32 * 1024;
                    // Destination and If carry bytes of whatever encoding; the protocol library reads them as such.
                    kestrel.RequestHeaderEncodingSelector = static _ => System.Text.Encoding.Latin1;
                    Listen(kestrel, listen);
                    // Last, so that the first address is one for everybody.
                    ListenForManagement(kestrel, management.Value);
                }
            );
        builder
            .Services.AddOptions<HostOptions>()
            .Configure<IOptions<ListenOptions>>(
                (host, listen) =>
                    host.ShutdownTimeout = TimeSpan.FromSeconds(
                        listen.Value.DrainSeconds + listen.Value.ShutdownSeconds
                    )
            );
    }

    private static void Listen(KestrelServerOptions kestrel, ListenOptions listen)
    {
        if (listen.HttpPort is { } httpPort)
            ListenOn(kestrel, listen.Address, httpPort, static _ => { });
        if (listen.HttpsPort is { } httpsPort)
        {
            var certificate = new ServerCertificate(listen);
            ListenOn(
                kestrel,
                listen.Address,
                httpsPort,
                endpoint =>
                    endpoint.UseHttps(https =>
                        https.ServerCertificateSelector = (_, _) => certificate.Current
                    )
            );
        }
    }

    private static void ListenForManagement(
        KestrelServerOptions kestrel,
        ManagementOptions management
    )
    {
        if (management.Port is { } port)
            ListenOn(
                kestrel,
                management.Address,
                port,
                endpoint =>
                    endpoint.Use(next =>
                        connection =>
                        {
                            connection.Features.Set(ManagementConnection.Mark);
                            return next(connection);
                        }
                    )
            );
    }

    private static void ListenOn(
        KestrelServerOptions kestrel,
        string address,
        int port,
        Action<Microsoft.AspNetCore.Server.Kestrel.Core.ListenOptions> configure
    )
    {
        if (address == "*")
            kestrel.ListenAnyIP(port, configure);
        else
            kestrel.Listen(IPAddress.Parse(address), port, configure);
    }

    private static void AddServices(IServiceCollection services, ServerStart start)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(provider =>
            VaultParts.Open(
                provider.GetRequiredService<IOptions<StorageOptions>>().Value,
                provider.GetRequiredService<IOptions<ContractOptions>>().Value.ToPolicy(),
                provider.GetRequiredService<IOptions<DavOptions>>().Value,
                provider.GetRequiredService<TimeProvider>(),
                provider.GetRequiredService<IMeterFactory>().Create(Instrumentation.Name),
                provider.GetService<DatabaseClock>()
            )
        );
        services.AddSingleton(provider => provider.GetRequiredService<VaultParts>().Accounts);
        services.AddSingleton(provider =>
        {
            var parts = provider.GetRequiredService<VaultParts>();
            return new CustomerDesk(
                parts.Contracts,
                parts.Audit,
                parts.Vaults.Policy,
                provider.GetRequiredService<IOptions<SignInOptions>>().Value.DevicesPerAccount,
                provider.GetRequiredService<TimeProvider>()
            );
        });
        services.AddSingleton(provider =>
        {
            var parts = provider.GetRequiredService<VaultParts>();
            return new TakeBackDesk(
                parts.Contracts,
                parts.Accounts,
                provider.GetRequiredService<SignInDesk>(),
                parts.Vaults.Policy,
                provider.GetRequiredService<IOptions<SignInOptions>>().Value.ToLimits(),
                provider.GetRequiredService<TimeProvider>()
            );
        });
        services.AddSingleton(provider => provider.GetRequiredService<VaultParts>().ClosedNames);
        services.AddSingleton(provider => new SignInDesk(
            provider.GetRequiredService<IAccountStore>(),
            provider.GetRequiredService<ClosedNames>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<IOptions<SignInOptions>>().Value.ToLimits()
        ));
        services.AddSingleton(provider => new SessionDesk(
            provider.GetRequiredService<VaultParts>().Contracts,
            provider.GetRequiredService<CustomerDesk>(),
            provider.GetRequiredService<IOptions<SignInOptions>>().Value.ToSessionLimits(),
            provider.GetRequiredService<TimeProvider>()
        ));
        services.AddSingleton(provider => new SecondFactorDesk(
            provider.GetRequiredService<VaultParts>().Contracts,
            provider.GetRequiredService<IAccountStore>(),
            provider.GetRequiredService<VaultParts>().Keys,
            provider.GetRequiredService<CustomerDesk>(),
            provider.GetRequiredService<SessionDesk>(),
            provider.GetRequiredService<IOptions<SignInOptions>>().Value.ToLimits(),
            provider.GetRequiredService<TimeProvider>()
        ));
        services.AddSingleton(provider => new LoginFlowDesk(
            provider.GetRequiredService<VaultParts>().Contracts,
            provider.GetRequiredService<IAccountStore>(),
            provider.GetRequiredService<CustomerDesk>(),
            new LoginFlowLimits(),
            provider.GetRequiredService<TimeProvider>()
        ));
        var signIn = start.Settings.GetSection(SignInOptions.Section).Get<SignInOptions>() ?? new();
        if (signIn.Authority is not null)
            BearerSignIn.Register(services, signIn);
        services.AddSingleton(provider =>
            provider.GetRequiredService<IOptions<ContractOptions>>().Value.ToWindow()
        );
        services.AddSingleton<RefusalDesk>();
        services.AddSingleton<OutageDesk>();
        services.AddSingleton(provider => new SignIn(
            provider.GetRequiredService<SignInDesk>(),
            provider.GetRequiredService<VaultParts>().Contracts,
            provider.GetRequiredService<RefusalDesk>(),
            provider.GetRequiredService<DoorMetrics>(),
            provider.GetService<BearerSignIn>()
        ));
        var mainContract =
            start.Settings.GetSection(MainContractOptions.Section).Get<MainContractOptions>()
            ?? new();
        if (mainContract.Address is not null)
        {
            MainContractServices.Register(services, mainContract);
            services.AddHostedService<ReconciliationJob>();
        }
        services.AddSingleton(provider => provider.GetRequiredService<VaultParts>().Contracts);
        services.AddSingleton(provider => provider.GetRequiredService<VaultParts>().Vaults.Policy);
        services.ConfigureHttpJsonOptions(json => StrictJson.Configure(json.SerializerOptions));
        OperatorDoor.Register(
            services,
            start.Settings.GetSection(OperatorOptions.Section).Get<OperatorOptions>() ?? new()
        );
        services.AddSingleton<Readiness>();
        services.AddSingleton<HealthDoor>();
        services.AddSingleton<ManagementDoor>();
        services.AddSingleton<Drain>();
        services.AddHostedService(provider => provider.GetRequiredService<Drain>());
        services.AddSingleton<ChangeWatch>();
        services.AddHostedService(provider => provider.GetRequiredService<ChangeWatch>());
        services.AddSingleton<VaultStores>();
        services.AddSingleton<DeviceQueue>();
        CustomerApi.Register(services);
        PagesDoor.Register(services);
        TvDoor.Register(services);
        services.AddSingleton<DavDoors>();
        services.AddSingleton<LinkDoor>();
        services.AddSingleton<LinkPass>();
        services.AddSingleton<ConsoleCookie>();
        services.AddSingleton<SyncDoor>();
        services.AddSingleton(provider => new EventKeys(
            provider.GetRequiredService<IOptions<EventsOptions>>().Value
        ));
        services.AddSingleton<EventReceiver>();
        services.AddMetrics();
        services.AddSingleton<RequestMeter>();
        services.AddSingleton<DoorMetrics>();
        services.AddSingleton<StorageMetrics>();
        services.AddSingleton<EventMetrics>();
        services.AddSingleton<JobMetrics>();
        services.AddSingleton<Rounds>();
        services.AddHostedService<KeyCheck>();
        services.AddHostedService<Housekeeping>();
        services.AddHostedService<EventDelivery>();
        services.AddSingleton<LifecycleMetrics>();
        services.AddHostedService<StandingJob>();
        services.AddHostedService<DestructionJob>();
        services.AddSingleton<ScrubMetrics>();
        services.AddHostedService<ScrubJob>();
        services.AddHostedService<KeyRewrapJob>();
        services.AddSingleton<MediaWorker>();
        services.AddSingleton(provider => new PreviewDesk(
            provider.GetRequiredService<VaultParts>().Vaults,
            provider.GetRequiredService<MediaWorker>(),
            TimeZoneInfo.FindSystemTimeZoneById(
                provider.GetRequiredService<IOptions<ContractOptions>>().Value.TimeZone
            ),
            provider.GetRequiredService<TimeProvider>()
        ));
        services.AddSingleton<PreviewJob>();
        services.AddHostedService(provider => provider.GetRequiredService<PreviewJob>());
        TelemetryExport.Register(
            services,
            start.Settings.GetSection(TelemetryOptions.Section).Get<TelemetryOptions>() ?? new()
        );
    }
}
