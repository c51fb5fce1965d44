using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using CloudDav.Server.Options;

namespace CloudDav.Server.Hosting;

/// <summary>The https certificate; a renewed file is taken up within a minute, without a restart.</summary>
internal sealed class ServerCertificate
{
    private static readonly TimeSpan s_lookEvery = TimeSpan.FromMinutes(1);

    private readonly ListenOptions _options;
    private readonly Lock _lock = new();
    private X509Certificate2 _current;
    private DateTime _written;
    private long _looked = Environment.TickCount64;

    /// <exception cref="StartProblem">There is no certificate that can be used.</exception>
    public ServerCertificate(ListenOptions options)
    {
        _options = options;
        try
        {
            _written = File.GetLastWriteTimeUtc(options.CertificateFile!);
            _current = Load();
        }
        catch (Exception failure)
            when (failure is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new StartProblem(
                $"Listen:CertificateFile '{options.CertificateFile}' cannot be read: {failure.Message}",
                failure
            );
        }
    }

    public X509Certificate2 Current
    {
        get
        {
            lock (_lock)
            {
                if (Environment.TickCount64 - _looked >= s_lookEvery.TotalMilliseconds)
                {
                    _looked = Environment.TickCount64;
                    Renew();
                }
                return _current;
            }
        }
    }

    private void Renew()
    {
        try
        {
            var written = File.GetLastWriteTimeUtc(_options.CertificateFile!);
            if (written == _written)
                return;
            _current = Load();
            _written = written;
        }
        catch (Exception failure)
            when (failure is CryptographicException or IOException or UnauthorizedAccessException)
        {
            // Half-written, most likely: the old one serves until the next look.
        }
    }

    private X509Certificate2 Load()
    {
        var file = _options.CertificateFile!;
        if (X509Certificate2.GetCertContentType(file) == X509ContentType.Pkcs12)
            return X509CertificateLoader.LoadPkcs12FromFile(file, _options.CertificatePassword);
        return _options.CertificatePassword is { } password
            ? X509Certificate2.CreateFromEncryptedPemFile(
                file,
                password,
                _options.CertificateKeyFile
            )
            : X509Certificate2.CreateFromPemFile(file, _options.CertificateKeyFile);
    }
}
