namespace CloudDav.Storage;

/// <summary>Favourites, and what a search goes by. All run prepared.</summary>
internal static class SearchSql
{
    public const string ListFavorites =
        "SELECT node_id FROM favorites WHERE vault_id = ?1 AND account_id = ?2";

    public const string FindFavorite =
        "SELECT node_id FROM favorites WHERE vault_id = ?1 AND account_id = ?2 AND node_id = ?3";

    public const string CountFavorites = "SELECT COUNT(*) FROM favorites WHERE account_id = ?1";

    public const string AddFavorite =
        "INSERT INTO favorites (vault_id, account_id, node_id) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";

    public const string RemoveFavorite =
        "DELETE FROM favorites WHERE vault_id = ?1 AND account_id = ?2 AND node_id = ?3";

    public const string DeleteNodeFavorites =
        "DELETE FROM favorites WHERE vault_id = ?1 AND node_id = ?2";
}
