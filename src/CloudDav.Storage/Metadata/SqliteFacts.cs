using CloudDav.Vault;
using Dapper;

namespace CloudDav.Storage;

/// <summary>Reads the facts that decide what an account may do, on SQLite.</summary>
internal static class SqliteFacts
{
    /// <summary>What is known about an account's contract.</summary>
    public static ContractFacts LoadAccount(SqliteSession session, AccountId account)
    {
        var member = session.First<MemberRow>(ContractStatements.FindMember, account.Value);
        var customer = session.First<CustomerRow>(
            ContractStatements.FindCustomer,
            member?.OwnerId ?? account.Value
        );
        var connection = session.Connection;
        return new ContractFactRows
        {
            IsBeingDestroyed =
                session[DestructionSql.HasBegun].Bind(1, account.Value).RunForInt64() != 0,
            Person = connection.QueryFirstOrDefault<PersonRow>(
                ContractSql.FindPerson,
                new { account = account.Value }
            ),
            Member = member,
            Customer = customer,
            Option = customer is null
                ? null
                : session.First<OptionRow>(
                    ContractStatements.FindOptionVersion,
                    customer.OptionCode,
                    customer.OptionVersion
                ),
            Measures = MeasuresOf(session, account.Value),
            OptionMeasures = customer is null
                ? []
                :
                [
                    .. connection.Query<MeasureRow>(
                        ContractSql.ListOptionMeasures,
                        new { option = customer.OptionCode }
                    ),
                ],
            OwnerMeasures = member is null ? [] : MeasuresOf(session, member.OwnerId),
            AcceptedTerms = customer is null
                ? null
                : connection.ExecuteScalar<string?>(
                    ContractSql.FindNewestAccepted,
                    new { account = customer.AccountId }
                ),
        }.ToFacts();
    }

    /// <summary>What holds for everyone.</summary>
    public static PlatformFacts LoadPlatform(SqliteSession session) =>
        session
            .Connection.QueryFirst<PlatformRow>(ContractSql.LoadPlatform)
            .ToFacts(
                session.Connection.Query<MeasureRow>(ContractSql.ListGeneralMeasures),
                [
                    .. session
                        .List<TermsRow>(ContractStatements.ListTerms)
                        .Select(row => row.ToTerms()),
                ]
            );

    private static IReadOnlyList<MeasureRow> MeasuresOf(SqliteSession session, long account) =>
        session.List<MeasureRow>(ContractStatements.ListAccountMeasures, account, false);
}
