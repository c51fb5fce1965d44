using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace CloudDav.Server.Pages;

/// <summary>
/// How rclone writes passwords into its configuration: AES in counter mode under a key that everybody has, after the counter's first block. It hides them from a glance and is no protection, as its documentation says.
/// </summary>
internal static class RclonePassword
{
    private static readonly byte[] s_publicKey = Convert.FromHexString(
        "9c935b48730a554d6bfd7c63c886a92bd390198eb8128afbf4de162b8b95f638"
    );

    /// <summary>A password as it stands in the configuration.</summary>
    public static string Obscure(string password)
    {
        using var aes = Aes.Create();
        aes.Key = s_publicKey;
        var counter = RandomNumberGenerator.GetBytes(16);
        var text = Encoding.UTF8.GetBytes(password);
        var written = new byte[counter.Length + text.Length];
        counter.CopyTo(written, 0);
        for (var at = 0; at < text.Length; at += counter.Length)
        {
            var block = aes.EncryptEcb(counter, PaddingMode.None);
            for (var i = at; i < text.Length && i < at + block.Length; i++)
                written[counter.Length + i] = (byte)(text[i] ^ block[i - at]);
            for (var i = counter.Length - 1; i >= 0 && ++counter[i] == 0; i--) { }
        }
        return Base64Url.EncodeToString(written);
    }
}
