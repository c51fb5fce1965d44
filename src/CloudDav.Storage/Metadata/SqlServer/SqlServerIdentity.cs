using Azure.Core;
using Azure.Identity;
using Microsoft.Data.SqlClient;

namespace CloudDav.Storage;

/// <summary>
/// Signs in to the database as the machine's or the workload's identity, for the words <c>Active Directory Managed Identity</c>, <c>Workload Identity</c> and
/// <c>Default</c> of a connection string, whose <c>User ID</c> is the client id of a user-assigned one. The driver leaves this to whoever uses it.
/// </summary>
/// <param name="find">Gives the credential for a client id; null is the one that the system assigned.</param>
internal sealed class SqlServerIdentity(Func<string?, TokenCredential> find)
    : SqlAuthenticationProvider
{
    private static readonly Lazy<bool> s_registered = new(RegisterAll);

    private readonly Dictionary<string, TokenCredential> _credentials = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();

    /// <summary>Tells the driver, once in a process.</summary>
    public static void Register() => _ = s_registered.Value;

    /// <inheritdoc/>
    public override bool IsSupported(SqlAuthenticationMethod authenticationMethod) => true;

    /// <inheritdoc/>
    public override async Task<SqlAuthenticationToken> AcquireTokenAsync(
        SqlAuthenticationParameters parameters
    )
    {
        const string Suffix = "/.default";
        var scope = parameters.Resource.EndsWith(Suffix, StringComparison.Ordinal)
            ? parameters.Resource
            : parameters.Resource.TrimEnd('/') + Suffix;
        using var patience = new CancellationTokenSource(
            TimeSpan.FromSeconds(Math.Max(1, parameters.ConnectionTimeout))
        );
        var token = await CredentialOf(parameters.UserId)
            .GetTokenAsync(new TokenRequestContext([scope]), patience.Token);
        return new SqlAuthenticationToken(token.Token, token.ExpiresOn);
    }

    // A credential keeps its tokens until they end.
    private TokenCredential CredentialOf(string? client)
    {
        lock (_lock)
        {
            var key = client ?? "";
            if (!_credentials.TryGetValue(key, out var credential))
                _credentials.Add(key, credential = find(key.Length == 0 ? null : key));
            return credential;
        }
    }

    private static bool RegisterAll()
    {
        var managed = new SqlServerIdentity(client => new ManagedIdentityCredential(
            client is null
                ? ManagedIdentityId.SystemAssigned
                : ManagedIdentityId.FromUserAssignedClientId(client)
        ));
        SetProvider(SqlAuthenticationMethod.ActiveDirectoryManagedIdentity, managed);
        SetProvider(SqlAuthenticationMethod.ActiveDirectoryMSI, managed);
        SetProvider(
            SqlAuthenticationMethod.ActiveDirectoryWorkloadIdentity,
            new SqlServerIdentity(client => new WorkloadIdentityCredential(
                new WorkloadIdentityCredentialOptions { ClientId = client }
            ))
        );
        SetProvider(
            SqlAuthenticationMethod.ActiveDirectoryDefault,
            new SqlServerIdentity(client => new DefaultAzureCredential(
                new DefaultAzureCredentialOptions
                {
                    ManagedIdentityClientId = client,
                    WorkloadIdentityClientId = client,
                }
            ))
        );
        return true;
    }
}
