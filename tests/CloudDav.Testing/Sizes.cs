using System.Globalization;

namespace CloudDav.Testing;

/// <summary>How large and long tests are: reduced by default, as stated with CLOUDDAV_TESTS_FULL=1.</summary>
public static class Sizes
{
    /// <summary>Whether they are as stated.</summary>
    public static bool AreFull { get; } =
        Environment.GetEnvironmentVariable("CLOUDDAV_TESTS_FULL") == "1";

    /// <summary>A seed to repeat one random run with; null to choose one.</summary>
    public static int? Seed { get; } =
        int.TryParse(
            Environment.GetEnvironmentVariable("CLOUDDAV_TESTS_SEED"),
            CultureInfo.InvariantCulture,
            out var seed
        )
            ? seed
            : null;

    /// <summary>One of two sizes.</summary>
    public static T Pick<T>(T reduced, T stated) => AreFull ? stated : reduced;
}
