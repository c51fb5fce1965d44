namespace CloudDav.Server.Telemetry;

/// <summary>The one name under which everything is measured.</summary>
internal static class Meters
{
    public const string Name = "CloudDav";
}
