using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace CloudDav.Vault;

/// <summary>
/// Codes that a program on a phone makes of a secret and the time (RFC 6238): six digits, SHA-1, steps of 30 seconds, which is what every such program knows. One step before and one after is
/// taken as well, for clocks that are not right and people who type.
/// </summary>
internal static class TimeCode
{
    /// <summary>Bytes of the secret that the program is given.</summary>
    public const int KeyBytes = 20;

    private const int StepSeconds = 30;
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    /// <summary>The step of time whose code it is; null when it is of none.</summary>
    public static long? FindStep(ReadOnlySpan<byte> key, string code, DateTimeOffset now)
    {
        var typed = Encoding.UTF8.GetBytes(code);
        var present = now.ToUnixTimeSeconds() / StepSeconds;
        long? found = null;
        for (var step = present - 1; step <= present + 1; step++)
        {
            if (
                CryptographicOperations.FixedTimeEquals(
                    typed,
                    Encoding.ASCII.GetBytes(Of(key, step))
                )
            )
                found = step;
        }
        return found;
    }

    /// <summary>The code of a step of time.</summary>
    [SuppressMessage(
        "Security",
        "CA5350",
        Justification = "What such programs compute. A keyed hash asks nothing of SHA-1 that it does not give."
    )]
    public static string Of(ReadOnlySpan<byte> key, long step)
    {
        Span<byte> counter = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(counter, step);
        Span<byte> mac = stackalloc byte[HMACSHA1.HashSizeInBytes];
        HMACSHA1.HashData(key, counter, mac);
        var number = BinaryPrimitives.ReadInt32BigEndian(mac[(mac[^1] & 0xf)..]) & int.MaxValue;
        return (number % 1_000_000).ToString("D6", CultureInfo.InvariantCulture);
    }

    /// <summary>The secret as such programs take it (RFC 4648 §6).</summary>
    public static string Show(ReadOnlySpan<byte> key)
    {
        var shown = new StringBuilder();
        var (bits, count) = (0, 0);
        foreach (var one in key)
        {
            (bits, count) = ((bits << 8) | one, count + 8);
            for (; count >= 5; count -= 5)
                shown.Append(Alphabet[(bits >> (count - 5)) & 31]);
            bits &= (1 << count) - 1;
        }
        return shown.ToString();
    }
}
