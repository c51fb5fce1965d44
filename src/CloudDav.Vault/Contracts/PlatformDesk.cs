namespace CloudDav.Vault;

/// <summary>Sets what holds for everyone: the platform's mode, what each door has, the end of the whole service, and the terms.</summary>
/// <param name="commands">Carries commands out.</param>
public sealed class PlatformDesk(CommandDesk commands)
{
    private const Capability Reading = Capability.List | Capability.Download;

    /// <summary>Sets the platform's mode.</summary>
    /// <param name="instruction">Who commands it, and as what.</param>
    /// <param name="mode">The mode.</param>
    /// <param name="ends">When it is expected to end; null when nobody knows.</param>
    /// <param name="words">Why, in words for customers.</param>
    /// <param name="cancellationToken">Stops it before it begins.</param>
    public ValueTask<VaultResult<PlatformFacts>> SetModeAsync(
        Instruction instruction,
        PlatformMode mode,
        DateTimeOffset? ends,
        Texts? words,
        CancellationToken cancellationToken
    ) =>
        ChangeAsync(
            instruction,
            "platform.mode-set",
            (platform, now) =>
                ends <= now || (mode == PlatformMode.Normal && ends is not null)
                    ? Wrong("endsAt")
                    : platform with
                    {
                        Mode = mode,
                        ModeEnds = ends,
                        Words = mode == PlatformMode.Normal ? null : words,
                    },
            new { Mode = mode, Ends = ends },
            cancellationToken
        );

    /// <summary>Sets what may be done through a door.</summary>
    /// <param name="instruction">Who commands it, and as what.</param>
    /// <param name="door">The door.</param>
    /// <param name="capabilities">What may be done; null for what the door has when nothing is set.</param>
    /// <param name="cancellationToken">Stops it before it begins.</param>
    public ValueTask<VaultResult<PlatformFacts>> SetDoorAsync(
        Instruction instruction,
        Door door,
        Capability? capabilities,
        CancellationToken cancellationToken
    ) =>
        ChangeAsync(
            instruction,
            "platform.door-set",
            (platform, _) =>
            {
                if (capabilities is { } wanted && (wanted & ~MostOf(door)) != Capability.None)
                    return Wrong("capabilities");
                var doors = new Dictionary<Door, Capability>(platform.Doors);
                if (capabilities is { } set)
                    doors[door] = set;
                else
                    doors.Remove(door);
                return platform with { Doors = doors };
            },
            new { Door = door, Capabilities = capabilities },
            cancellationToken
        );

    /// <summary>Announces the end of the whole service: a take-back window for everybody, with a day of its own before which it does not close.</summary>
    /// <param name="instruction">Who commands it, and as what.</param>
    /// <param name="at">When the service ends.</param>
    /// <param name="closesNotBefore">The earliest close of the take-back window, beside the days it has anyhow; null for none.</param>
    /// <param name="cancellationToken">Stops it before it begins.</param>
    public ValueTask<VaultResult<PlatformFacts>> EndServiceAsync(
        Instruction instruction,
        DateTimeOffset at,
        DateTimeOffset? closesNotBefore,
        CancellationToken cancellationToken
    ) =>
        ChangeAsync(
            instruction,
            "platform.service-end-announced",
            (platform, now) =>
            {
                // Everybody loses the service by it: with notice, or not at all.
                if (at <= now)
                    return Wrong("endsAt");
                if (closesNotBefore < at)
                    return Wrong("closesNotBefore");
                return platform.ServiceEnd is { } announced && announced.Opens <= now
                    ? new Refusal(RefusalRule.AlreadyEnded)
                    : platform with
                    {
                        ServiceEnd = new ContractEnd(EndCause.Service, at, now)
                        {
                            ClosesNotBefore = closesNotBefore,
                        },
                    };
            },
            new { At = at, ClosesNotBefore = closesNotBefore },
            cancellationToken
        );

    /// <summary>Takes the announcement of the service's end back.</summary>
    public ValueTask<VaultResult<PlatformFacts>> ContinueServiceAsync(
        Instruction instruction,
        CancellationToken cancellationToken
    ) =>
        ChangeAsync(
            instruction,
            "platform.service-end-withdrawn",
            (platform, _) =>
                platform.ServiceEnd is null
                    ? new Refusal(RefusalRule.AlreadyEnded)
                    : platform with
                    {
                        ServiceEnd = null,
                    },
            null,
            cancellationToken
        );

    /// <summary>Publishes a version of the terms, which is the current one from then on.</summary>
    /// <param name="instruction">Who commands it, and as what.</param>
    /// <param name="version">Its name.</param>
    /// <param name="texts">Where it can be read, or what it says.</param>
    /// <param name="requiredFrom">From when on nothing goes on without its acceptance; null for not yet.</param>
    /// <param name="cancellationToken">Stops it before it begins.</param>
    public ValueTask<VaultResult<TermsVersion>> PublishTermsAsync(
        Instruction instruction,
        string version,
        Texts texts,
        DateTimeOffset? requiredFrom,
        CancellationToken cancellationToken
    ) =>
        commands.RunAsync<TermsVersion>(
            instruction,
            async run =>
            {
                if (string.IsNullOrWhiteSpace(version))
                    return Wrong("version");
                if (Enum.GetValues<Language>().All(language => texts.In(language) is null))
                    return Wrong("texts");
                if (requiredFrom < run.Now)
                    return Wrong("requiredFrom");
                var known = await run.Facts.ListTermsAsync();
                if (known.Any(terms => terms.Version == version))
                    return new Refusal(RefusalRule.AlreadyExists) { Field = "version" };
                var published = new TermsVersion(version, run.Now, requiredFrom, texts);
                await run.Facts.SaveTermsAsync(published);
                await run.RecordAsync(
                    "terms.published",
                    account: null,
                    new { Version = version, RequiredFrom = requiredFrom }
                );
                return published;
            },
            cancellationToken
        );

    /// <summary>Sets the day from which a version of the terms is required.</summary>
    public ValueTask<VaultResult<TermsVersion>> RequireTermsAsync(
        Instruction instruction,
        string version,
        DateTimeOffset? requiredFrom,
        CancellationToken cancellationToken
    ) =>
        commands.RunAsync<TermsVersion>(
            instruction,
            async run =>
            {
                var known = await run.Facts.ListTermsAsync();
                if (known.FirstOrDefault(terms => terms.Version == version) is not { } found)
                    return new Refusal(RefusalRule.NotFound) { Field = "version" };
                if (requiredFrom < run.Now)
                    return Wrong("requiredFrom");
                var changed = found with { RequiredFrom = requiredFrom };
                await run.Facts.SaveTermsAsync(changed);
                await run.RecordAsync(
                    "terms.required",
                    account: null,
                    new { Version = version, RequiredFrom = requiredFrom }
                );
                return changed;
            },
            cancellationToken
        );

    /// <summary>What holds for everyone.</summary>
    public ValueTask<PlatformFacts> LoadAsync(CancellationToken cancellationToken) =>
        commands.ReadAsync(sight => sight.Snapshot.LoadPlatformAsync(), cancellationToken);

    /// <summary>All versions of the terms, newest first.</summary>
    public ValueTask<IReadOnlyList<TermsVersion>> ListTermsAsync(
        CancellationToken cancellationToken
    ) => commands.ReadAsync(sight => sight.Snapshot.ListTermsAsync(), cancellationToken);

    // No setting makes a door that is for reading into one that writes.
    private static Capability MostOf(Door door) =>
        door switch
        {
            Door.App or Door.Browser => Capability.All,
            Door.Tv => Reading | Capability.Tv,
            Door.Link => Reading | Capability.AddContent | Capability.CreateFolder,
            Door.Staff => Reading,
        };

    private ValueTask<VaultResult<PlatformFacts>> ChangeAsync(
        Instruction instruction,
        string act,
        Func<PlatformFacts, DateTimeOffset, VaultResult<PlatformFacts>> change,
        object? details,
        CancellationToken cancellationToken
    ) =>
        commands.RunAsync<PlatformFacts>(
            instruction,
            async run =>
            {
                var changed = change(await run.Facts.LoadPlatformAsync(), run.Now);
                if (changed.Refusal is { } refusal)
                    return refusal;
                await run.Facts.SavePlatformAsync(changed.Value);
                await run.RecordAsync(act, account: null, details);
                return changed.Value;
            },
            cancellationToken
        );

    private static Refusal Wrong(string field) => new(RefusalRule.InvalidInput) { Field = field };
}
