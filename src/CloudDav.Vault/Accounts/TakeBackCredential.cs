using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace CloudDav.Vault;

/// <summary>
/// The token of a one-time link with which a person sets their own password: 256 random bits. It opens the account to whoever has lost the operator's
/// sign-in together with the main contract. Only its hash is stored; it works once, for <see cref="Life"/>, and a newer one takes its place.
/// </summary>
public readonly record struct TakeBackCredential
{
    /// <summary>How long it works.</summary>
    public static readonly TimeSpan Life = ServiceEvent.SecretLife;

    private readonly string _token;

    private TakeBackCredential(string token) => _token = token;

    /// <summary>Makes one for an account, in the transaction of whatever it is made for.</summary>
    /// <param name="transaction">The transaction.</param>
    /// <param name="account">Whose.</param>
    /// <param name="by">Who makes it: one of <see cref="AuditActors"/>.</param>
    /// <param name="instruction">The command it is made under; null for none.</param>
    /// <param name="now">The time.</param>
    public static async ValueTask<TakeBackCredential> IssueAsync(
        IContractTransaction transaction,
        AccountId account,
        string by,
        string? instruction,
        DateTimeOffset now
    )
    {
        var credential = new TakeBackCredential(
            Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32))
        );
        await transaction.AddTakeBackCredentialAsync(
            account,
            HashOf(credential._token),
            now,
            now + Life
        );
        await transaction.RecordAsync(
            new AuditEntry
            {
                Chain = AuditChainId.Of(account),
                At = now,
                Actor = by,
                Act = AuditActs.OneTimeLinkMade,
                Instruction = instruction,
            }
        );
        return credential;
    }

    /// <summary>SHA-256 of a token: all that is stored.</summary>
    public static byte[] HashOf(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));

    /// <summary>The token as it goes into the link. Do not log.</summary>
    public string Reveal() => _token;

    /// <summary>Never shows the token.</summary>
    public override string ToString() => "take-back credential";
}
