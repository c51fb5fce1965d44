using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using static System.FormattableString;

namespace CloudDav.Vault;

/// <summary>
/// The second factor of own passwords: a code besides, from a program on a phone (RFC 6238), or one of ten that stand in for it and are good once. App passwords take none, and neither does the
/// operator's provider, which has its own.
/// </summary>
/// <remarks>
/// With a second factor the own password signs in on the pages alone (<see cref="SignInDesk"/>). Whoever has the password and guesses codes is counted per account and address, and per account from all
/// addresses together, where wrong passwords are counted (<see cref="CountedTry"/>). A code is used up in the transaction of what it was given for. Whatever changes the second factor moves the credential version on, so that nobody
/// goes on who was let in under the other rule.
/// </remarks>
/// <param name="contracts">Where second factors are.</param>
/// <param name="accounts">Counts tries.</param>
/// <param name="keys">Their secrets are wrapped by the vault's key.</param>
/// <param name="customers">Says what people may do with their own account.</param>
/// <param name="sessions">Begins sessions.</param>
/// <param name="limits">How wrong tries are treated.</param>
/// <param name="time">The clock.</param>
public sealed class SecondFactorDesk(
    IContractStore contracts,
    IAccountStore accounts,
    IKeyStore keys,
    CustomerDesk customers,
    SessionDesk sessions,
    SignInLimits limits,
    TimeProvider time
)
{
    private const string Code = "code";
    private const string CodeLetters = "0123456789abcdefghjkmnpqrstvwxyz";
    private const int CodeLength = 12;
    private const int CodesAtOnce = 10;

    // From however many addresses: whoever has the password guesses one of three codes in a million each time.
    private const int AddressesOfWindow = 3;
    private static readonly TimeSpan s_ticketLife = TimeSpan.FromMinutes(5);

    private readonly byte[] _key = keys.Derive("CloudDav second factor");

    /// <summary>What a browser comes back with and a code, after somebody has given the right password there: it says whose, for five minutes.</summary>
    /// <param name="actor">Who gave the password.</param>
    /// <param name="browser">What only that browser has.</param>
    public string TicketFor(Actor actor, string browser)
    {
        var said = Invariant(
            $"{actor.Account.Value}.{actor.CredentialVersion}.{(time.GetUtcNow() + s_ticketLife).ToUnixTimeMilliseconds()}"
        );
        return $"{said}.{MacOf("ticket", $"{browser}\n{said}")}";
    }

    /// <summary>Begins a session of somebody who has given the password, and gives a code now.</summary>
    /// <returns>The token for the browser's cookie. Refused with <see cref="RefusalRule.SignedOut"/> when the ticket is of another browser or over: it takes the password again.</returns>
    public async ValueTask<VaultResult<SecretToken>> SignInAsync(
        string? ticket,
        string? browser,
        string? code,
        BrowserPlace place,
        CancellationToken cancellationToken
    )
    {
        if (
            ReadTicket(ticket, browser) is not { } said
            || await contracts.ReadAsync(
                snapshot => snapshot.FindAccountAsync(said.Account),
                cancellationToken
            )
                is not { IsDisabled: false } account
            || account.CredentialVersion != said.Version
        )
            return new Refusal(RefusalRule.SignedOut);
        var actor = new Actor(account.Id, account.Name, account.Vault, null, said.Version);
        var begun = await WithCodeAsync(
            actor,
            code,
            place,
            isFirst: false,
            transaction =>
                sessions.BeginAsync(
                    transaction,
                    actor,
                    SignInWay.Password,
                    time.GetUtcNow(),
                    place
                ),
            cancellationToken
        );
        if (begun.IsSuccess)
            await accounts.NoteSignInAsync(
                account.Id,
                "password",
                time.GetUtcNow(),
                TimeSpan.FromHours(1),
                CancellationToken.None
            );
        return begun;
    }

    /// <summary>Notes that the person of a session has given again what only they have, besides the password.</summary>
    public ValueTask<VaultResult<bool>> ProveAsync(
        BrowserSession session,
        string? code,
        BrowserPlace place,
        CancellationToken cancellationToken
    ) =>
        WithCodeAsync<bool>(
            session.Actor,
            code,
            place,
            isFirst: false,
            async transaction =>
            {
                await transaction.ProveSessionAsync(session.Id, time.GetUtcNow());
                return true;
            },
            cancellationToken
        );

    /// <summary>How the person's own password stands. The secret that waits for its first code is shown to who has just proved who they are alone.</summary>
    public async ValueTask<VaultResult<OwnSignIn>> FindAsync(
        BrowserSession session,
        CancellationToken cancellationToken
    )
    {
        var found = await customers.ReadAsync<(Account Account, SecondFactor? Factor)>(
            session.Actor,
            async (snapshot, _) =>
                (
                    (await snapshot.FindAccountAsync(session.Actor.Account))!,
                    await snapshot.FindSecondFactorAsync(session.Actor.Account)
                ),
            cancellationToken
        );
        if (found.Refusal is { } refusal)
            return refusal;
        var (account, factor) = found.Value;
        var key =
            factor is { Confirmed: null } && sessions.RefusesStale(session) is null
                ? await UnwrapAsync(session.Actor.Vault, factor, cancellationToken)
                : null;
        return new OwnSignIn(
            account.PasswordHash is not null,
            account.HasSecondFactor,
            factor?.RecoveryCodes ?? 0,
            key is null ? null : TimeCode.Show(key)
        );
    }

    /// <summary>Makes a second factor that waits for its first code, in place of one that waits already. It takes who has just proved who they are, and an own password.</summary>
    public async ValueTask<VaultResult<bool>> PrepareAsync(
        BrowserSession session,
        CancellationToken cancellationToken
    )
    {
        if (sessions.RefusesStale(session) is { } stale)
            return stale;
        var actor = session.Actor;
        var wrapping = await keys.CreateAsync(actor.Vault, cancellationToken);
        var secret = RandomNumberGenerator.GetBytes(KeyWrap.KeyBytes);
        var wrapped = KeyWrap.Wrap(wrapping.Bytes, secret, KeyWrap.SecondFactor, actor.Vault);
        return await customers.WriteAsync<bool>(
            actor,
            async (transaction, state) =>
                (await transaction.FindAccountAsync(actor.Account))!.PasswordHash is null
                || !await transaction.PrepareSecondFactorAsync(
                    actor.Account,
                    wrapped,
                    state.Decision.Now
                )
                    ? new Refusal(RefusalRule.InvalidInput) { Field = "secondFactor" }
                    : true,
            cancellationToken
        );
    }

    /// <summary>Lets a second factor count that waits for its first code, and ends every other session.</summary>
    public async ValueTask<VaultResult<ConfirmedSecondFactor>> ConfirmAsync(
        BrowserSession session,
        string? code,
        BrowserPlace place,
        CancellationToken cancellationToken
    )
    {
        if (sessions.RefusesStale(session) is { } stale)
            return stale;
        var recovery = NewCodes();
        var begun = await ChangeAsync(
            session,
            code,
            place,
            isFirst: true,
            AuditActs.SecondFactorSet,
            transaction =>
                transaction.SetRecoveryCodesAsync(
                    session.Actor.Account,
                    MacsOf(session.Actor.Account, recovery)
                ),
            cancellationToken
        );
        return begun.Refusal is { } refusal
            ? refusal
            : new ConfirmedSecondFactor(begun.Value, recovery);
    }

    /// <summary>Takes the second factor away, with a code of it, and ends every other session.</summary>
    /// <returns>The browser's new session.</returns>
    public ValueTask<VaultResult<SecretToken>> RemoveAsync(
        BrowserSession session,
        string? code,
        BrowserPlace place,
        CancellationToken cancellationToken
    ) =>
        ChangeAsync(
            session,
            code,
            place,
            isFirst: false,
            AuditActs.SecondFactorRemoved,
            async transaction => await transaction.RemoveSecondFactorAsync(session.Actor.Account),
            cancellationToken
        );

    /// <summary>Makes new codes that stand in for the second factor, with a code of it; those from before work no longer.</summary>
    public async ValueTask<VaultResult<string[]>> RenewCodesAsync(
        BrowserSession session,
        string? code,
        BrowserPlace place,
        CancellationToken cancellationToken
    )
    {
        var actor = session.Actor;
        var recovery = NewCodes();
        return await WithCodeAsync<string[]>(
            actor,
            code,
            place,
            isFirst: false,
            transaction =>
                customers.RunAsync<IContractTransaction, string[]>(
                    transaction,
                    actor,
                    async (inside, _) =>
                    {
                        await inside.SetRecoveryCodesAsync(
                            actor.Account,
                            MacsOf(actor.Account, recovery)
                        );
                        await RecordAsync(
                            inside,
                            actor.Account,
                            AuditActors.Of(actor),
                            AuditActs.RecoveryCodesMade
                        );
                        return recovery;
                    }
                ),
            cancellationToken
        );
    }

    /// <summary>Takes the second factor of somebody away who has lost it, as an act of the console. False when they have none.</summary>
    public static ValueTask<VaultResult<bool>> RemoveAsync(
        IContractStore contracts,
        AccountId account,
        DateTimeOffset now,
        CancellationToken cancellationToken
    ) =>
        contracts.WriteAsync<bool>(
            async transaction =>
            {
                if (!await transaction.RemoveSecondFactorAsync(account))
                    return false;
                await transaction.EndSignInsAsync(account);
                await transaction.RecordAsync(
                    new AuditEntry
                    {
                        Chain = AuditChainId.Of(account),
                        At = now,
                        Actor = AuditActors.Console,
                        Act = AuditActs.SecondFactorRemoved,
                    }
                );
                return true;
            },
            cancellationToken
        );

    private ValueTask<VaultResult<SecretToken>> ChangeAsync(
        BrowserSession session,
        string? code,
        BrowserPlace place,
        bool isFirst,
        string act,
        Func<IContractTransaction, ValueTask> change,
        CancellationToken cancellationToken
    ) =>
        WithCodeAsync(
            session.Actor,
            code,
            place,
            isFirst,
            transaction =>
                customers.RunAsync<IContractTransaction, SecretToken>(
                    transaction,
                    session.Actor,
                    async (inside, _) =>
                    {
                        await change(inside);
                        await RecordAsync(
                            inside,
                            session.Actor.Account,
                            AuditActors.Of(session.Actor),
                            act
                        );
                        return await sessions.RenewAsync(inside, session, place);
                    }
                ),
            cancellationToken
        );

    // Uses a code up for something, in one transaction with it.
    private async ValueTask<VaultResult<T>> WithCodeAsync<T>(
        Actor actor,
        string? code,
        BrowserPlace place,
        bool isFirst,
        Func<IContractTransaction, ValueTask<VaultResult<T>>> then,
        CancellationToken cancellationToken
    )
    {
        var (account, now) = (actor.Account, time.GetUtcNow());
        if (
            await contracts.ReadAsync(
                snapshot => snapshot.FindSecondFactorAsync(account),
                cancellationToken
            )
                is not { } factor
            || factor.Confirmed is null != isFirst
        )
            return new Refusal(RefusalRule.SignedOut);
        var begun = await CountedTry.BeginAsync(
            accounts,
            [
                new(KeyOf(account, place.Address), limits.FailuresPerWindow),
                new(KeyOf(account, ""), limits.FailuresPerWindow * AddressesOfWindow),
            ],
            limits.Window,
            now,
            cancellationToken
        );
        if (begun.Refusal is { } tooMany)
            return tooMany;
        var counted = begun.Value;

        var typed = Normal(code);
        var step = await UnwrapAsync(actor.Vault, factor, cancellationToken) is { } secret
            ? TimeCode.FindStep(secret, typed, now)
            : null;
        var wrong = new Refusal(RefusalRule.InvalidInput) { Field = Code };
        var done = await contracts.WriteAsync(
            async ValueTask<VaultResult<T>> (transaction) =>
            {
                if (step is { } known)
                {
                    if (
                        isFirst
                            ? !await transaction.ConfirmSecondFactorAsync(account, known, now)
                            : !await transaction.TakeStepAsync(account, known)
                    )
                        return wrong;
                }
                else if (isFirst || typed.Length != CodeLength)
                    return wrong;
                else if (await transaction.TakeRecoveryCodeAsync(account, CodeMac(account, typed)))
                    await RecordAsync(
                        transaction,
                        account,
                        AuditActors.Owner,
                        AuditActs.RecoveryCodeUsed
                    );
                else
                    return wrong;
                return await then(transaction);
            },
            cancellationToken
        );
        if (done.Refusal == wrong)
        {
            await counted.WrongAsync(account, now, cancellationToken);
            await Task.Delay(limits.DelayAfter(counted.Failures), cancellationToken);
        }
        else if (done.IsSuccess)
            await counted.RightAsync();
        else
            await counted.TakeBackAsync();
        return done;
    }

    private async ValueTask<byte[]?> UnwrapAsync(
        VaultId vault,
        SecondFactor factor,
        CancellationToken cancellationToken
    ) =>
        await keys.FindAsync(vault, cancellationToken) is { } wrapping
            ? KeyWrap
                .TryUnwrap(wrapping.Bytes, factor.WrappedSecret.Span, KeyWrap.SecondFactor, vault)
                ?[..TimeCode.KeyBytes]
            : null;

    private (AccountId Account, long Version)? ReadTicket(string? ticket, string? browser)
    {
        if (
            browser is null
            || ticket?.Split('.') is not [var account, var version, var until, var mac]
            || !CryptographicOperations.FixedTimeEquals(
                Encoding.UTF8.GetBytes(mac),
                Encoding.UTF8.GetBytes(MacOf("ticket", $"{browser}\n{account}.{version}.{until}"))
            )
            || time.GetUtcNow().ToUnixTimeMilliseconds()
                >= long.Parse(until, CultureInfo.InvariantCulture)
        )
            return null;
        return (
            new AccountId(long.Parse(account, CultureInfo.InvariantCulture)),
            long.Parse(version, CultureInfo.InvariantCulture)
        );
    }

    private static string[] NewCodes() =>
        [
            .. Enumerable
                .Range(0, CodesAtOnce)
                .Select(_ =>
                {
                    var code = RandomNumberGenerator.GetString(CodeLetters, CodeLength);
                    return $"{code[..4]}-{code[4..8]}-{code[8..]}";
                }),
        ];

    private IReadOnlyCollection<ReadOnlyMemory<byte>> MacsOf(
        AccountId account,
        IEnumerable<string> codes
    ) => [.. codes.Select(code => (ReadOnlyMemory<byte>)CodeMac(account, Normal(code)))];

    private byte[] CodeMac(AccountId account, string code) =>
        HMACSHA256.HashData(
            _key,
            Encoding.UTF8.GetBytes(Invariant($"code\n{account.Value}\n{code}"))
        );

    private string MacOf(string what, string text) =>
        Convert.ToHexStringLower(
            HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes($"{what}\n{text}"))
        );

    // As people type what they read: with spaces and hyphens or without, and letters that look like digits.
    private static string Normal(string? code) =>
        new([
            .. (code ?? "")
                .Where(char.IsAsciiLetterOrDigit)
                .Select(char.ToLowerInvariant)
                .Select(letter =>
                    letter switch
                    {
                        'o' => '0',
                        'i' or 'l' => '1',
                        _ => letter,
                    }
                )
                .Take(CodeLength + 1),
        ]);

    private static byte[] KeyOf(AccountId account, string address) =>
        CountedTry.KeyOf("second factor", Invariant($"{account.Value}\n{address}"));

    private ValueTask RecordAsync(
        IContractTransaction transaction,
        AccountId account,
        string by,
        string act
    ) =>
        transaction.RecordAsync(
            new AuditEntry
            {
                Chain = AuditChainId.Of(account),
                At = time.GetUtcNow(),
                Actor = by,
                Act = act,
            }
        );
}
