using CloudDav.WebDav.Headers;

namespace CloudDav.WebDav.Tests.Headers;

public sealed class UploadChecksumsTests
{
    [Fact]
    public void Several_checksums_in_one_header_are_all_taken()
    {
        var parsed = UploadChecksums.Parse(
            "SHA1:da39a3ee5e6b4b0d3255bfef95601890afd80709 MD5:d41d8cd98f00b204e9800998ecf8427e ADLER32:1",
            null,
            "unixsum=30637, adler32=03da0195",
            "sha-512=:z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg==:"
        );
        Assert.Equal(
            [
                ChecksumAlgorithm.Sha1,
                ChecksumAlgorithm.Md5,
                ChecksumAlgorithm.Adler32,
                ChecksumAlgorithm.Adler32,
                ChecksumAlgorithm.Sha512,
            ],
            parsed.Value.Select(checksum => checksum.Algorithm)
        );
        Assert.Equal("00000001", Convert.ToHexString(parsed.Value[2].Value.Span));
        Assert.Equal("03DA0195", Convert.ToHexString(parsed.Value[3].Value.Span));
    }

    [Theory]
    [InlineData("SHA1", null, null)]
    [InlineData("SHA1:12", null, null)]
    [InlineData(null, "not base64!", null)]
    [InlineData(null, "AAAA", null)]
    [InlineData(null, null, "sha-256")]
    [InlineData(null, null, "sha-256=:x:")]
    public void A_known_algorithm_with_a_bad_value_is_400(
        string? oc,
        string? md5,
        string? digest
    ) => Assert.Equal(400, UploadChecksums.Parse(oc, md5, digest, null).Problem!.Status);
}
