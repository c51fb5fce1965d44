using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace CloudDav.Testing;

/// <summary>A certificate of this run alone for 127.0.0.1, as files and as an object.</summary>
public sealed class LoopbackCertificate : IDisposable
{
    private LoopbackCertificate(X509Certificate2 certificate, string file, string keyFile) =>
        (Certificate, File, KeyFile) = (certificate, file, keyFile);

    /// <summary>With its key.</summary>
    public X509Certificate2 Certificate { get; }

    /// <summary>As PEM, without its key.</summary>
    public string File { get; }

    /// <summary>Its key, as PEM.</summary>
    public string KeyFile { get; }

    /// <summary>Makes one.</summary>
    /// <param name="folder">Where its files go.</param>
    public static LoopbackCertificate Create(string folder)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest(
            "CN=127.0.0.1",
            key,
            HashAlgorithmName.SHA256,
            RSASignaturePadding.Pkcs1
        );
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(
            new X509BasicConstraintsExtension(
                certificateAuthority: true,
                hasPathLengthConstraint: false,
                pathLengthConstraint: 0,
                critical: true
            )
        );
        var now = TimeProvider.System.GetUtcNow();
        var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        var (file, keyFile) = (
            Path.Combine(folder, "certificate.pem"),
            Path.Combine(folder, "key.pem")
        );
        System.IO.File.WriteAllText(file, certificate.ExportCertificatePem());
        System.IO.File.WriteAllText(keyFile, key.ExportPkcs8PrivateKeyPem());
        return new LoopbackCertificate(certificate, file, keyFile);
    }

    /// <inheritdoc/>
    public void Dispose() => Certificate.Dispose();
}
