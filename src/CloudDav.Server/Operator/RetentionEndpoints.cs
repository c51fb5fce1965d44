using CloudDav.Vault;

namespace CloudDav.Server.Operator;

/// <summary>What is kept of accounts that were destroyed, and leave to destroy.</summary>
internal static class RetentionEndpoints
{
    public static void Map(OperatorRoutes routes)
    {
        routes
            .List(
                "/destructions",
                OperatorScope.Legal,
                "listDestructions",
                "List the records of destructions",
                static async (call, page) =>
                    (VaultResult<Page<DestructionAnswer>>)
                        Page<DestructionAnswer>.Of(
                            [
                                .. (
                                    await call.Desk<RetentionDesk>()
                                        .ListDestructionsAsync(
                                            new(page.After),
                                            page.Limit,
                                            call.Stop
                                        )
                                ).Select(DestructionAnswer.Of),
                            ],
                            page,
                            answer => answer.Account
                        )
            )
            .Describes("In the order of accounts, those under way included. They hold no name.");

        routes
            .Command(
                "/destructions/allowance",
                OperatorScope.Legal,
                "allowDestruction",
                "Let destruction run for a day",
                static call =>
                    call.Desk<RetentionDesk>()
                        .AllowAsync(call.Instruction, call.Stop)
                        .As(static until => new AllowanceAnswer { AllowedUntil = until })
            )
            .Describes(
                "Although the clock jumped, or more accounts are due than may be destroyed at once. Every other guard holds all the same."
            );

        routes
            .List(
                "/retained-contracts",
                OperatorScope.Legal,
                "listRetainedContracts",
                "List what is kept of the contracts of destroyed accounts",
                static async (call, page) =>
                    (VaultResult<Page<RetainedContractAnswer>>)
                        Page<RetainedContractAnswer>.Of(
                            [
                                .. (
                                    await call.Desk<RetentionDesk>()
                                        .ListRetainedAsync(new(page.After), page.Limit, call.Stop)
                                ).Select(RetainedContractAnswer.Of),
                            ],
                            page,
                            answer => answer.Account
                        )
            )
            .Describes("In the order of accounts. It goes together with the destruction's record.");
    }
}

/// <summary>The record of a destruction.</summary>
internal sealed record DestructionAnswer
{
    /// <summary>The account that was destroyed.</summary>
    public required long Account { get; init; }

    /// <summary>Its vault.</summary>
    public required long Vault { get; init; }

    /// <summary>What had ended.</summary>
    public required EndCause Cause { get; init; }

    /// <summary>What comes next.</summary>
    public required DestructionStep Step { get; init; }

    /// <summary>When it began.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When the key was destroyed; null while it is there.</summary>
    public required DateTimeOffset? KeyDestroyedAt { get; init; }

    /// <summary>When it was finished; null while it is not.</summary>
    public required DateTimeOffset? FinishedAt { get; init; }

    /// <summary>Files and folders that were removed, those in the trash included.</summary>
    public required long Items { get; init; }

    /// <summary>Contents that were removed, those of earlier versions included.</summary>
    public required long Contents { get; init; }

    /// <summary>Their lengths together.</summary>
    public required long Bytes { get; init; }

    /// <summary>SHA-256 over the list of contents, in hexadecimal digits.</summary>
    public required string ListHash { get; init; }

    /// <summary>The number of the last entry in the account's audit chain; null while the chain is there.</summary>
    public required long? AuditEntries { get; init; }

    /// <summary>The hash of that entry, in hexadecimal digits; null while the chain is there.</summary>
    public required string? AuditHead { get; init; }

    /// <summary>When the last backup is gone that may still hold names; null until it is finished.</summary>
    public required DateTimeOffset? BackupsExpireAt { get; init; }

    /// <summary>Until when this record is kept; null until it is finished.</summary>
    public required DateTimeOffset? KeptUntil { get; init; }

    public static DestructionAnswer Of(DestructionRecord record) =>
        new()
        {
            Account = record.Account.Value,
            Vault = record.Vault.Value,
            Cause = record.Cause,
            Step = record.Step,
            StartedAt = record.Started,
            KeyDestroyedAt = record.KeyDestroyed,
            FinishedAt = record.Finished,
            Items = record.Items,
            Contents = record.Contents,
            Bytes = record.Bytes,
            ListHash = Convert.ToHexStringLower(record.ListHash.Span),
            AuditEntries = record.AuditHead?.Seq,
            AuditHead = record.AuditHead is { } head
                ? Convert.ToHexStringLower(head.Hash.Span)
                : null,
            BackupsExpireAt = record.BackupsExpire,
            KeptUntil = record.KeepUntil,
        };
}

/// <summary>Leave to destroy.</summary>
internal sealed record AllowanceAnswer
{
    /// <summary>Until when destruction may run.</summary>
    public required DateTimeOffset AllowedUntil { get; init; }
}

/// <summary>What is kept of a contract.</summary>
internal sealed record RetainedContractAnswer
{
    /// <summary>The account that was destroyed.</summary>
    public required long Account { get; init; }

    /// <summary>The account that owned the household; null for its owner.</summary>
    public required long? Household { get; init; }

    /// <summary>The customer's number; of a household member, that of its owner while that one was there.</summary>
    public required string? Customer { get; init; }

    /// <summary>The number of the main contract; null for a household member.</summary>
    public required string? MainContract { get; init; }

    /// <summary>The code of the chosen option; null for a household member.</summary>
    public required string? Option { get; init; }

    /// <summary>The version of the option; null for a household member.</summary>
    public required int? OptionVersion { get; init; }

    /// <summary>When it began, or the member came.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When it ended, or the member left; null when something else ended it.</summary>
    public required DateTimeOffset? EndsAt { get; init; }

    /// <summary>When that end became known.</summary>
    public required DateTimeOffset? EndRecordedAt { get; init; }

    /// <summary>When the main contract ended; null when it did not.</summary>
    public required DateTimeOffset? MainContractEndsAt { get; init; }

    /// <summary>When the main contract's end became known.</summary>
    public required DateTimeOffset? MainContractEndRecordedAt { get; init; }

    /// <summary>Until when this is kept; null until the destruction is finished.</summary>
    public required DateTimeOffset? KeptUntil { get; init; }

    public static RetainedContractAnswer Of(RetainedContract retained) =>
        new()
        {
            Account = retained.Account.Value,
            Household = retained.Owner?.Value,
            Customer = retained.Customer,
            MainContract = retained.MainContract,
            Option = retained.Option,
            OptionVersion = retained.OptionVersion,
            StartedAt = retained.Started,
            EndsAt = retained.Ends,
            EndRecordedAt = retained.EndRecorded,
            MainContractEndsAt = retained.MainEnds,
            MainContractEndRecordedAt = retained.MainEndRecorded,
            KeptUntil = retained.KeepUntil,
        };
}
