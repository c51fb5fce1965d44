using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Azure.Core;
using CloudDav.Vault;
using Microsoft.Data.SqlClient;

namespace CloudDav.Storage.Tests.SqlServer;

public sealed class SqlServerConnectionTests
{
    [Theory]
    [InlineData("Server=s;Database=d", null)]
    [InlineData("Server=s;Database=d;Authentication=Active Directory Default", null)]
    [InlineData("Database=d", "must name a server")]
    [InlineData("Server=s", "must name a database")]
    [InlineData("Server=s;Database=d;Password=a;secret", "is no connection string")]
    [InlineData("Server=s;Database=d;Connect Timeout=secret", "is no connection string")]
    [InlineData("nonsense", "is no connection string")]
    public void A_connection_string_that_cannot_be_used_is_told_without_any_of_it(
        string text,
        string? expected
    )
    {
        var problem = SqlServerConnection.FindProblem(text);

        if (expected is null)
            Assert.Null(problem);
        else
            Assert.StartsWith(expected, problem, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", problem ?? "", StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_shown_of_a_connection_has_no_secret_in_it()
    {
        var connection = new SqlServerConnection("Server=s;Database=d;User ID=u;Password=secret");

        Assert.Equal("d on s", connection.ToString());
    }

    [Fact]
    public void The_limits_of_the_settings_count_and_the_machines_identity_signs_in()
    {
        var text = new SqlConnectionStringBuilder(
            SqlServerConnection
                .ByIdentity(
                    "s",
                    "d",
                    "client",
                    new SqlServerLimits
                    {
                        Connections = 7,
                        Command = TimeSpan.FromSeconds(8),
                        Connect = TimeSpan.FromSeconds(9),
                    }
                )
                .Text
        );

        Assert.Equal((7, 8, 9), (text.MaxPoolSize, text.CommandTimeout, text.ConnectTimeout));
        Assert.Equal(SqlAuthenticationMethod.ActiveDirectoryManagedIdentity, text.Authentication);
        Assert.Equal(("client", ""), (text.UserID, text.Password));
        Assert.Equal(SqlConnectionEncryptOption.Mandatory, text.Encrypt);
        foreach (
            var method in (SqlAuthenticationMethod[])
                [
                    SqlAuthenticationMethod.ActiveDirectoryManagedIdentity,
                    SqlAuthenticationMethod.ActiveDirectoryWorkloadIdentity,
                    SqlAuthenticationMethod.ActiveDirectoryDefault,
                ]
        )
            Assert.IsType<SqlServerIdentity>(SqlAuthenticationProvider.GetProvider(method));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_server_that_takes_connections_and_says_nothing_or_takes_none_is_unavailable_before_mounts_give_up(
        bool isSilent
    )
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        if (!isSilent)
            listener.Stop();
        using var database = new SqlServerDatabase(
            new SqlServerConnection(
                $"Server=127.0.0.1,{port};Database=d;User ID=u;Password=p",
                // As the settings have it by default.
                new SqlServerLimits { Connect = TimeSpan.FromSeconds(10) }
            ),
            TimeProvider.System
        );
        var watch = Stopwatch.StartNew();

        await Assert.ThrowsAsync<StorageUnavailableException>(async () =>
            await database.RunAsync(
                session =>
                    session.ScalarAsync<int>(
                        EngineStatements.FindApplied.With(0L, new byte[] { 1 })
                    ),
                TestContext.Current.CancellationToken
            )
        );

        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(28), $"{watch.Elapsed}");
    }

    [Fact]
    public async Task An_identity_gets_tokens_for_the_database_by_its_client_id()
    {
        var asked = new List<(string? Client, string Scope)>();
        var made = 0;
        var identity = new SqlServerIdentity(client =>
        {
            made++;
            return new Credential(scope => asked.Add((client, scope)));
        });

        foreach (var client in (string?[])[null, "one", "one"])
            Assert.Equal("token", (await identity.AcquireTokenAsync(Ask(client))).AccessToken);

        Assert.Equal(
            [
                (null, "https://database.windows.net/.default"),
                ("one", "https://database.windows.net/.default"),
                ("one", "https://database.windows.net/.default"),
            ],
            asked
        );
        Assert.Equal(2, made);
    }

    private static SqlAuthenticationParameters Ask(string? client) =>
        new(
            SqlAuthenticationMethod.ActiveDirectoryManagedIdentity,
            "s",
            "d",
            "https://database.windows.net/",
            "https://login.example.net/tenant",
            client,
            null,
            Guid.Empty,
            5
        );

    private sealed class Credential(Action<string> asked) : TokenCredential
    {
        public override AccessToken GetToken(
            TokenRequestContext requestContext,
            CancellationToken cancellationToken
        ) => throw new NotSupportedException();

        public override ValueTask<AccessToken> GetTokenAsync(
            TokenRequestContext requestContext,
            CancellationToken cancellationToken
        )
        {
            asked(Assert.Single(requestContext.Scopes));
            return new(new AccessToken("token", DateTimeOffset.MaxValue));
        }
    }
}
