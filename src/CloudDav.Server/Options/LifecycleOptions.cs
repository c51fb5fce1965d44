using CloudDav.Vault;
using Microsoft.Extensions.Options;

namespace CloudDav.Server.Options;

/// <summary>Section <c>Lifecycle</c>: when standings are looked at, and when and how vaults whose window has closed are destroyed.</summary>
internal sealed class LifecycleOptions
{
    public const string Section = "Lifecycle";

    /// <summary>How often accounts that are due are looked at, in seconds.</summary>
    [AllowedRange(1, 3_600)]
    public int WatchSeconds { get; init; } = 30;

    /// <summary>How long destruction rests between two rounds, in minutes.</summary>
    [AllowedRange(1, 1_440)]
    public int DestructionMinutes { get; init; } = 60;

    /// <summary>The most accounts in a thousand that one round destroys without an operator's word.</summary>
    [AllowedRange(0, 1_000)]
    public int MassPerThousand { get; init; } = 5;

    /// <summary>As many as this one round may always destroy, however few accounts there are.</summary>
    [AllowedRange(0, 100_000)]
    public int MassMinimum { get; init; } = 10;

    /// <summary>By how much the database's clock may differ from time as it passed, in seconds.</summary>
    [AllowedRange(10, 3_600)]
    public int ClockToleranceSeconds { get; init; } = 300;

    /// <summary>How long all nodes may have been silent before the clock needs an operator's word, in hours.</summary>
    [AllowedRange(1, 720)]
    public int LongestSilenceHours { get; init; } = 72;

    /// <summary>A database of up to so many mebibytes is rewritten after a round that destroyed something.</summary>
    [AllowedRange(0, 4_096)]
    public int RewriteMebibytes { get; init; } = 128;

    /// <summary>How long backups are kept, in which names may still be, in days: what a destruction record promises.</summary>
    [AllowedRange(0, 3_650)]
    public int BackupDays { get; init; } = 35;

    /// <summary>How long destruction records and contracts that the law obliges to keep are kept, in days.</summary>
    [AllowedRange(1, 36_500)]
    public int RecordDays { get; init; } = 3_650;

    /// <summary>How long answers to the operator's commands are kept, in days: for as long a repeated command has no further effect.</summary>
    [AllowedRange(1, 3_650)]
    public int CommandDays { get; init; } = 30;

    /// <summary>How long devices of a destroyed account learn that it is closed, in days.</summary>
    [AllowedRange(1, 3_650)]
    public int ClosedNameDays { get; init; } = 365;

    public DestructionOptions ToDestruction() =>
        new()
        {
            MassShare = MassPerThousand / 1_000.0,
            MassMinimum = MassMinimum,
            ClockTolerance = TimeSpan.FromSeconds(ClockToleranceSeconds),
            LongestSilence = TimeSpan.FromHours(LongestSilenceHours),
            RewritesUpTo = RewriteMebibytes * 1024L * 1024,
            BackupsKept = TimeSpan.FromDays(BackupDays),
            RecordsKept = TimeSpan.FromDays(RecordDays),
            CommandsKept = TimeSpan.FromDays(CommandDays),
            NamesKept = TimeSpan.FromDays(ClosedNameDays),
        };
}

[OptionsValidator]
internal sealed partial class LifecycleOptionsValidator : IValidateOptions<LifecycleOptions>;
