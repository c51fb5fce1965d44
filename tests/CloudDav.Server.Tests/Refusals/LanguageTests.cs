using CloudDav.Server.Refusals;
using CloudDav.Vault;

namespace CloudDav.Server.Tests.Refusals;

/// <summary>Which language is answered in.</summary>
public sealed class LanguageTests
{
    [Theory]
    [InlineData("nl", Language.Dutch)]
    [InlineData("fr-BE", Language.French)]
    [InlineData("DE-at", Language.German)]
    [InlineData("en-US,en;q=0.9", Language.English)]
    [InlineData("en;q=0.5, nl-BE;q=0.8, fr;q=0.7", Language.Dutch)]
    [InlineData("fr,nl", Language.French)]
    [InlineData("ru, ja;q=0.9, de;q=0.1", Language.German)]
    [InlineData("nl-BE;q=0, nl;q=0.4, en;q=0.3", Language.Dutch)]
    [InlineData("*;q=0.9, fr;q=0.2", Language.French)]
    public void The_header_says_which(string header, Language expected)
    {
        Assert.Equal(expected, Reader.LanguageOf(header, account: null));
        Assert.Equal(expected, Reader.LanguageOf(header, Language.English));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("*")]
    [InlineData("ru, ja")]
    [InlineData("nld")]
    [InlineData(";;;q=x, =")]
    [InlineData("en;q=0")]
    public void Without_one_of_ours_it_is_the_accounts(string? header)
    {
        Assert.Equal(Language.French, Reader.LanguageOf(header, Language.French));
    }

    [Theory]
    [InlineData(null, Language.English)]
    [InlineData("ru", Language.English)]
    [InlineData("en;q=0", Language.Dutch)]
    [InlineData("en;q=0, nl;q=0", Language.French)]
    [InlineData("en;q=0, nl;q=0, fr;q=0, de;q=0", Language.English)]
    public void Without_either_it_is_English_unless_that_is_excluded(
        string? header,
        Language expected
    )
    {
        Assert.Equal(expected, Reader.LanguageOf(header, account: null));
    }

    [Fact]
    public void An_excluded_language_is_not_the_accounts_either()
    {
        Assert.Equal(Language.English, Reader.LanguageOf("fr;q=0", Language.French));
        Assert.Equal(Language.German, Reader.LanguageOf("fr;q=0, fr;q=0.9, de;q=0.1", null));
    }
}
