using System.ComponentModel.DataAnnotations;
using CloudDav.Vault;

namespace CloudDav.Server.Operator;

/// <summary>What holds for everyone: the platform's mode, its doors, the end of the whole service, and the terms.</summary>
internal static class PlatformEndpoints
{
    public static void Map(OperatorRoutes routes)
    {
        routes.Query(
            "/platform",
            OperatorScope.Platform,
            "getPlatform",
            "Get what holds for everyone",
            static async call =>
                (VaultResult<PlatformAnswer>)
                    PlatformAnswer.Of(await call.Desk<PlatformDesk>().LoadAsync(call.Stop))
        );

        routes
            .Command<ModeRequest, PlatformAnswer>(
                "/platform/mode",
                OperatorScope.Platform,
                "setPlatformMode",
                "Set the platform's mode",
                static (call, request) =>
                    call.Desk<PlatformDesk>()
                        .SetModeAsync(
                            call.Instruction,
                            request.Mode,
                            request.EndsAt,
                            request.Words?.ToTexts(),
                            call.Stop
                        )
                        .As(PlatformAnswer.Of)
            )
            .Describes(
                "While it is off, everything is answered 503; while it is read-only, every change is. The expected end becomes Retry-After; the mode does not end by itself."
            );

        routes
            .Command<DoorRequest, PlatformAnswer>(
                "/platform/doors",
                OperatorScope.Platform,
                "setDoor",
                "Set what may be done through a door",
                static (call, request) =>
                    call.Desk<PlatformDesk>()
                        .SetDoorAsync(
                            call.Instruction,
                            request.Door,
                            request.Capabilities?.ToCapability(),
                            call.Stop
                        )
                        .As(PlatformAnswer.Of)
            )
            .Describes(
                "Without capabilities the door has again what it has when nothing is set. The doors of TVs, links and staff cannot be given what changes a vault."
            );

        routes
            .Command<ServiceEndRequest, PlatformAnswer>(
                "/platform/service-end",
                OperatorScope.Platform,
                "endService",
                "Announce the end of the whole service",
                static (call, request) =>
                    call.Desk<PlatformDesk>()
                        .EndServiceAsync(
                            call.Instruction,
                            request.EndsAt,
                            request.ClosesNotBefore,
                            call.Stop
                        )
                        .As(PlatformAnswer.Of)
            )
            .Describes(
                "Opens the take-back window of everybody on that day. An end to come can be moved, one that has begun cannot."
            )
            .Refuses(RefusalRule.AlreadyEnded);

        routes
            .Command(
                "/platform/service-end/withdrawal",
                OperatorScope.Platform,
                "continueService",
                "Withdraw the end of the service",
                static call =>
                    call.Desk<PlatformDesk>()
                        .ContinueServiceAsync(call.Instruction, call.Stop)
                        .As(PlatformAnswer.Of)
            )
            .Refuses(RefusalRule.AlreadyEnded);

        routes.Query(
            "/terms",
            OperatorScope.Platform,
            "listTerms",
            "List the versions of the terms",
            static async call =>
                (VaultResult<TermsList>)
                    TermsList.Of(await call.Desk<PlatformDesk>().ListTermsAsync(call.Stop))
        );

        routes
            .Command<TermsRequest, TermsAnswer>(
                "/terms",
                OperatorScope.Platform,
                "publishTerms",
                "Publish a version of the terms",
                static (call, request) =>
                    call.Desk<PlatformDesk>()
                        .PublishTermsAsync(
                            call.Instruction,
                            request.Version,
                            request.Texts.ToTexts(),
                            request.RequiredFrom,
                            call.Stop
                        )
                        .As(TermsAnswer.Of)
            )
            .Describes(
                "It is the current one at once: no device or app password is issued until it is accepted. What works already goes on until the day from which it is required."
            )
            .Creates()
            .Refuses(RefusalRule.AlreadyExists);

        routes
            .Command<TermsDayRequest, TermsAnswer>(
                "/terms/{version}/requirement",
                OperatorScope.Platform,
                "requireTerms",
                "Set the day from which a version is required",
                static (call, request) =>
                    call.Desk<PlatformDesk>()
                        .RequireTermsAsync(
                            call.Instruction,
                            call.Text("version"),
                            request.RequiredFrom,
                            call.Stop
                        )
                        .As(TermsAnswer.Of)
            )
            .Refuses(RefusalRule.NotFound);
    }
}

/// <summary>Something that can be allowed at a door.</summary>
internal enum DoorCapability
{
    /// <summary>List, search, sync down.</summary>
    List,

    /// <summary>Read content.</summary>
    Download,

    /// <summary>Add content, by whatever way.</summary>
    AddContent,

    /// <summary>Make empty folders.</summary>
    CreateFolder,

    /// <summary>Move, rename, change properties.</summary>
    Reorganise,

    /// <summary>Delete, empty the trash.</summary>
    TakeBack,

    /// <summary>Create or widen a share.</summary>
    Share,

    /// <summary>Create or widen a share with people outside the household.</summary>
    ShareWithFriends,

    /// <summary>Remove or narrow a share.</summary>
    NarrowShare,

    /// <summary>Open what was shared in the household.</summary>
    OpenFamilyShare,

    /// <summary>Open what was shared with friends.</summary>
    OpenFriendShare,

    /// <summary>Manage devices and app passwords.</summary>
    ManageDevices,

    /// <summary>Look at media on the TV.</summary>
    Tv,
}

/// <summary>Capabilities as the vault has them.</summary>
internal static class DoorCapabilities
{
    public static Capability ToCapability(this IReadOnlyList<DoorCapability> names) =>
        names.Aggregate(
            Capability.None,
            (all, name) => all | Enum.Parse<Capability>(name.ToString())
        );

    public static IReadOnlyList<DoorCapability> Of(Capability capabilities) =>
        [
            .. Enum.GetValues<DoorCapability>()
                .Where(name => capabilities.HasFlag(Enum.Parse<Capability>(name.ToString()))),
        ];
}

/// <summary>A mode of the platform.</summary>
internal sealed record ModeRequest
{
    /// <summary>The mode.</summary>
    public required PlatformMode Mode { get; init; }

    /// <summary>When it is expected to end; left out when nobody knows.</summary>
    public DateTimeOffset? EndsAt { get; init; }

    /// <summary>Why, in words for customers.</summary>
    public TextsBody? Words { get; init; }
}

/// <summary>What a door has.</summary>
internal sealed record DoorRequest
{
    /// <summary>The door.</summary>
    public required Door Door { get; init; }

    /// <summary>What may be done through it; left out for what it has when nothing is set.</summary>
    [Length(0, 32)]
    public IReadOnlyList<DoorCapability>? Capabilities { get; init; }
}

/// <summary>When the whole service ends.</summary>
internal sealed record ServiceEndRequest
{
    /// <summary>The moment, to come.</summary>
    public required DateTimeOffset EndsAt { get; init; }

    /// <summary>The earliest close of the take-back window, beside the days it has anyhow.</summary>
    public DateTimeOffset? ClosesNotBefore { get; init; }
}

/// <summary>What holds for everyone.</summary>
internal sealed record PlatformAnswer
{
    /// <summary>The mode.</summary>
    public required PlatformMode Mode { get; init; }

    /// <summary>When it is expected to end; null when nobody knows.</summary>
    public required DateTimeOffset? ModeEndsAt { get; init; }

    /// <summary>Why, in words for customers; null when nobody said.</summary>
    public required TextsBody? Words { get; init; }

    /// <summary>When the whole service ends; null while no end was announced.</summary>
    public required DateTimeOffset? ServiceEndsAt { get; init; }

    /// <summary>The earliest close of its take-back window; null for none.</summary>
    public required DateTimeOffset? ServiceClosesNotBefore { get; init; }

    /// <summary>What each door has.</summary>
    public required IReadOnlyList<DoorAnswer> Doors { get; init; }

    public static PlatformAnswer Of(PlatformFacts platform) =>
        new()
        {
            Mode = platform.Mode,
            ModeEndsAt = platform.ModeEnds,
            Words = platform.Words is { } words ? TextsBody.Of(words) : null,
            ServiceEndsAt = platform.ServiceEnd?.At,
            ServiceClosesNotBefore = platform.ServiceEnd?.ClosesNotBefore,
            Doors =
            [
                .. Enum.GetValues<Door>()
                    .Select(door => new DoorAnswer
                    {
                        Door = door,
                        IsSet = platform.Doors.ContainsKey(door),
                        Capabilities = DoorCapabilities.Of(
                            platform.Doors.TryGetValue(door, out var set)
                                ? set
                                : CapabilityTable.DoorDefault(door)
                        ),
                    }),
            ],
        };
}

/// <summary>What a door has.</summary>
internal sealed record DoorAnswer
{
    /// <summary>The door.</summary>
    public required Door Door { get; init; }

    /// <summary>Whether the operator has set it.</summary>
    public required bool IsSet { get; init; }

    /// <summary>What may be done through it.</summary>
    public required IReadOnlyList<DoorCapability> Capabilities { get; init; }
}

/// <summary>A version of the terms to be published.</summary>
internal sealed record TermsRequest
{
    /// <summary>Its name.</summary>
    [RegularExpression(Patterns.Reference, ErrorMessage = Patterns.ReferenceMessage)]
    public required string Version { get; init; }

    /// <summary>Where it can be read, or what it says.</summary>
    public required TextsBody Texts { get; init; }

    /// <summary>From when on nothing goes on without its acceptance; left out for not yet.</summary>
    public DateTimeOffset? RequiredFrom { get; init; }
}

/// <summary>From when a version of the terms is required.</summary>
internal sealed record TermsDayRequest
{
    /// <summary>The moment, to come; null for not yet.</summary>
    public required DateTimeOffset? RequiredFrom { get; init; }
}

/// <summary>A version of the terms.</summary>
internal sealed record TermsAnswer
{
    /// <summary>Its name.</summary>
    public required string Version { get; init; }

    /// <summary>When it became the current one.</summary>
    public required DateTimeOffset PublishedAt { get; init; }

    /// <summary>From when on nothing goes on without its acceptance; null for not yet.</summary>
    public required DateTimeOffset? RequiredFrom { get; init; }

    /// <summary>Where it can be read, or what it says.</summary>
    public required TextsBody Texts { get; init; }

    public static TermsAnswer Of(TermsVersion terms) =>
        new()
        {
            Version = terms.Version,
            PublishedAt = terms.Published,
            RequiredFrom = terms.RequiredFrom,
            Texts = TextsBody.Of(terms.Texts),
        };
}

/// <summary>All versions of the terms, newest first.</summary>
internal sealed record TermsList
{
    /// <summary>The versions.</summary>
    public required IReadOnlyList<TermsAnswer> Items { get; init; }

    public static TermsList Of(IReadOnlyList<TermsVersion> terms) =>
        new() { Items = [.. terms.Select(TermsAnswer.Of)] };
}
