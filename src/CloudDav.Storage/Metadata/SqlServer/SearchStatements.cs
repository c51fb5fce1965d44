using static CloudDav.Storage.SqlServerParameter;

namespace CloudDav.Storage;

/// <summary>Favourites, and what a search goes by.</summary>
internal static class SearchStatements
{
    public static readonly SqlServerStatement ListFavorites = new(
        """
        SELECT f.node_id FROM dbo.favorites AS f
        WHERE f.vault_id = @vault AND f.account_id = @account AND (@node IS NULL OR f.node_id = @node);
        """,
        BigInt("@vault"),
        BigInt("@account"),
        BigInt("@node")
    );

    public static readonly SqlServerStatement CountFavorites = new(
        "SELECT COUNT_BIG(*) FROM dbo.favorites AS f WHERE f.account_id = @account;",
        BigInt("@account")
    );

    public static readonly SqlServerStatement AddFavorite = new(
        """
        INSERT INTO dbo.favorites (vault_id, account_id, node_id)
        SELECT @vault, @account, @node
        WHERE NOT EXISTS (
          SELECT 1 FROM dbo.favorites AS f WHERE f.vault_id = @vault AND f.account_id = @account AND f.node_id = @node);
        """,
        BigInt("@vault"),
        BigInt("@account"),
        BigInt("@node")
    );

    public static readonly SqlServerStatement RemoveFavorite = new(
        "DELETE FROM dbo.favorites WHERE vault_id = @vault AND account_id = @account AND node_id = @node;",
        BigInt("@vault"),
        BigInt("@account"),
        BigInt("@node")
    );
}
