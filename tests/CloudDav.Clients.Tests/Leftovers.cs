namespace CloudDav.Clients.Tests;

internal static class Leftovers
{
    public static Task AssertNoneAfterSweepAsync(string data) => Task.CompletedTask;
}
