using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Xml.Linq;
using CloudDav.Server.Options;
using CloudDav.Server.Refusals;
using CloudDav.Server.Telemetry;
using CloudDav.Vault;
using CloudDav.WebDav.Responses;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace CloudDav.Server.Tests.Refusals;

/// <summary>Every rule as it goes out: in four languages, as XML, as JSON and as a page.</summary>
public sealed class RefusalTests
{
    private static readonly DateTimeOffset s_now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly JsonSerializerOptions s_readable = new()
    {
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static readonly TakeBackWindow s_window = new ContractOptions().ToWindow();

    public static TheoryData<RefusalRule> Rules => [.. Enum.GetValues<RefusalRule>()];

    public static TheoryData<RefusalRule, Language> Sentences
    {
        get
        {
            var rows = new TheoryData<RefusalRule, Language>();
            foreach (var rule in Enum.GetValues<RefusalRule>())
            {
                foreach (var language in Enum.GetValues<Language>())
                    rows.Add(rule, language);
            }
            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(Sentences))]
    public void Every_rule_has_a_sentence_of_its_own_in_every_language(
        RefusalRule rule,
        Language language
    )
    {
        foreach (var refusal in new[] { Full(rule), new(rule) }.Distinct())
        {
            var answer = To(language).AnswerTo(refusal);

            Assert.Matches(@"^[\p{Lu}‘«„].+[.]$", answer.Text);
            Assert.DoesNotMatch(@"  |\{|\}| \.|\.\.", answer.Text);
            Assert.NotEmpty(answer.Title);
            foreach (var other in Enum.GetValues<Language>().Where(other => other != language))
                Assert.NotEqual(To(other).AnswerTo(refusal).Text, answer.Text);
        }
    }

    [Fact]
    public void Every_rule_has_a_code_of_its_own_but_those_of_maintenance_and_of_blocks()
    {
        var shared = Enum.GetValues<RefusalRule>()
            .GroupBy(rule => To(Language.English).AnswerTo(new Refusal(rule)).Row.Code)
            .Where(rules => rules.Count() > 1)
            .Select(rules => rules.Key);

        Assert.Equal(["blocked", "maintenance"], shared.Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Rules))]
    public async Task Every_rule_goes_out_as_it_always_has(RefusalRule rule)
    {
        var text = new StringBuilder();
        foreach (var refusal in new[] { Full(rule), new(rule) }.Distinct())
        {
            var answer = To(Language.English).AnswerTo(refusal);
            text.Append(await XmlOfAsync(answer)).Append('\n');
            text.Append(await JsonOfAsync(refusal)).Append('\n');
        }
        foreach (var language in Enum.GetValues<Language>())
        {
            var answer = To(language).AnswerTo(Full(rule));
            text.Append(answer.Reader.Tag).Append(": ").Append(answer.Text).Append('\n');
        }
        Compare(answer: text.ToString(), name: rule.ToString());
    }

    [Fact]
    public void A_closing_date_is_the_last_day_on_the_operators_calendar()
    {
        // The window closes with the first of May in Brussels.
        var refusal = new Refusal(RefusalRule.TakeBackWindow)
        {
            ClosesAt = new DateTimeOffset(2026, 4, 30, 22, 0, 0, TimeSpan.Zero),
        };

        Assert.Contains("30 april 2026", To(Language.Dutch).AnswerTo(refusal).Text);
        Assert.Contains("30 avril 2026", To(Language.French).AnswerTo(refusal).Text);
        Assert.Contains("30. April 2026", To(Language.German).AnswerTo(refusal).Text);
        Assert.Contains("30 April 2026", To(Language.English).AnswerTo(refusal).Text);
        Assert.Contains(
            "jusqu’au 1er mai 2026",
            To(Language.French)
                .AnswerTo(refusal with { ClosesAt = refusal.ClosesAt!.Value.AddDays(1) })
                .Text
        );
    }

    [Fact]
    public void Sizes_and_numbers_are_written_as_the_reader_writes_them()
    {
        var refusal = new Refusal(RefusalRule.CapacityExceeded)
        {
            Used = 1536L * 1024 * 1024,
            Limit = 2048L * 1024 * 1024 * 1024,
        };
        var many = new Refusal(RefusalRule.ListingTooLarge) { Used = 1_234_567, Limit = 20_000 };

        Assert.Contains("1,5 GiB van 2 TiB", To(Language.Dutch).AnswerTo(refusal).Text);
        Assert.Contains("1,5 Gio sur 2 Tio", To(Language.French).AnswerTo(refusal).Text);
        Assert.Contains("1,5 GiB von 2 TiB", To(Language.German).AnswerTo(refusal).Text);
        Assert.Contains("1.5 GiB of 2 TiB", To(Language.English).AnswerTo(refusal).Text);
        Assert.Contains("1.234.567", To(Language.Dutch).AnswerTo(many).Text);
        Assert.Contains("1,234,567", To(Language.English).AnswerTo(many).Text);
    }

    [Fact]
    public void The_operators_words_are_told_in_the_readers_language()
    {
        var refusal = Full(RefusalRule.Suspended);

        Assert.EndsWith("Betaal de open rekening.", To(Language.Dutch).AnswerTo(refusal).Text);
        Assert.EndsWith("Pay the open bill.", To(Language.English).AnswerTo(refusal).Text);
        // German was not given.
        Assert.EndsWith("Pay the open bill.", To(Language.German).AnswerTo(refusal).Text);
    }

    [Theory]
    [InlineData(null, 300)]
    [InlineData(-60, 30)]
    [InlineData(10, 30)]
    [InlineData(90, 90)]
    [InlineData(7 * 86_400, 86_400)]
    public void After_maintenance_one_is_asked_back_within_bounds(int? left, int seconds)
    {
        foreach (var rule in (RefusalRule[])[RefusalRule.PlatformOff, RefusalRule.PlatformReadOnly])
        {
            var refusal = new Refusal(rule)
            {
                Until = left is { } after ? s_now.AddSeconds(after) : null,
            };

            Assert.Equal(
                TimeSpan.FromSeconds(seconds),
                To(Language.English).AnswerTo(refusal).Row.RetryAfter
            );
        }
    }

    [Fact]
    public void What_the_law_demands_is_451()
    {
        foreach (
            var rule in (RefusalRule[])
                [
                    RefusalRule.Suspended,
                    RefusalRule.Restricted,
                    RefusalRule.Blocked,
                    RefusalRule.ShareBlocked,
                ]
        )
        {
            Assert.Equal(403, To(Language.English).AnswerTo(new Refusal(rule)).Row.Status);
            Assert.Equal(
                451,
                To(Language.English).AnswerTo(new Refusal(rule) { IsLegalOrder = true }).Row.Status
            );
        }
    }

    [Fact]
    public async Task Wrong_input_names_each_field()
    {
        var (json, response) = await ExecuteAsync(
            ProblemResult.Invalid(
                new FieldError("option", "Which of the offer's options."),
                new FieldError("texts.nl", "At most 1,000 characters.")
            ),
            "fr"
        );

        Assert.Equal(400, response.StatusCode);
        Assert.Equal("application/problem+json", response.ContentType);
        Assert.Equal("fr", response.Headers.ContentLanguage);
        Assert.Equal("Accept-Language", response.Headers.Vary);
        Assert.Equal("no-store", response.Headers.CacheControl);
        Assert.Equal("invalid-input", json.GetProperty("code").GetString());
        Assert.Equal(
            ["option: Which of the offer's options.", "texts.nl: At most 1,000 characters."],
            json.GetProperty("errors")
                .EnumerateArray()
                .Select(error =>
                    $"{error.GetProperty("field").GetString()}: {error.GetProperty("message").GetString()}"
                )
        );
    }

    [Fact]
    public async Task A_json_refusal_says_when_to_come_back()
    {
        var (json, response) = await ExecuteAsync(
            new ProblemResult(new Refusal(RefusalRule.PlatformOff) { Until = s_now.AddHours(1) })
        );

        Assert.Equal(503, response.StatusCode);
        Assert.Equal("3600", response.Headers.RetryAfter);
        Assert.Equal("2026-03-01T13:00:00Z", json.GetProperty("until").GetString());
    }

    private static Reader To(Language language) => new(language, s_window.Zone, s_now);

    /// <summary>A refusal with every fact that one of its kind can have.</summary>
    private static Refusal Full(RefusalRule rule)
    {
        var refusal = new Refusal(rule);
        return rule switch
        {
            RefusalRule.Locked or RefusalRule.LockConflict or RefusalRule.LockNotYours =>
                refusal with
                {
                    Path = ["Brieven", "aan tante.txt"],
                    Holder = "Bob",
                },
            RefusalRule.CaseConflict => refusal with { Path = ["Brieven", "Aan <tante>.txt"] },
            RefusalRule.CapacityExceeded or RefusalRule.OverCapacity => refusal with
            {
                Used = 15_032_385_536,
                Limit = 10_737_418_240,
            },
            RefusalRule.NameTooLong or RefusalRule.TooDeep or RefusalRule.RangeNotSatisfiable =>
                refusal with
                {
                    Limit = 1_024,
                },
            RefusalRule.PropertiesTooLarge => refusal with { Limit = 65_536 },
            RefusalRule.ShareExpired => refusal with { Limit = 5 },
            RefusalRule.TooManyItems
            or RefusalRule.TooManyLocks
            or RefusalRule.TooManyFavorites
            or RefusalRule.ListingTooLarge => refusal with
            {
                Used = 20_001,
                Limit = 20_000,
            },
            RefusalRule.TakeBackWindow or RefusalRule.AccountClosed => refusal with
            {
                ClosesAt = new DateTimeOffset(2026, 4, 30, 22, 0, 0, TimeSpan.Zero),
            },
            RefusalRule.Suspended or RefusalRule.Restricted or RefusalRule.Blocked => refusal with
            {
                Until = new DateTimeOffset(2026, 4, 1, 10, 30, 0, TimeSpan.Zero),
                ReasonCode = "unpaid",
                Words = new Texts
                {
                    Nl = "Betaal de open rekening.",
                    Fr = "Payez la facture ouverte.",
                    En = "Pay the open bill.",
                },
            },
            RefusalRule.ShareBlocked => refusal with { IsLegalOrder = true },
            RefusalRule.MarkNotYours or RefusalRule.ProtectedContent => refusal with
            {
                ReasonCode = "notice",
                Words = new Texts
                {
                    Nl = "Een uitgever heeft dit gemeld.",
                    Fr = "Un éditeur l’a signalé.",
                    En = "A publisher has reported this.",
                },
            },
            RefusalRule.PlatformOff or RefusalRule.PlatformReadOnly => refusal with
            {
                Until = new DateTimeOffset(2026, 3, 1, 14, 0, 0, TimeSpan.Zero),
                Words = new Texts { En = "We are moving house.", Nl = "We verhuizen." },
            },
            RefusalRule.TooManyTries or RefusalRule.SignInBusy => refusal with
            {
                Until = s_now.AddMinutes(12),
            },
            RefusalRule.InvalidInput => refusal with { Field = "option" },
            _ => refusal,
        };
    }

    private static async Task<string> XmlOfAsync(RefusalAnswer answer)
    {
        var context = new DefaultHttpContext();
        using var body = new MemoryStream();
        context.Response.Body = body;
        await ProblemWriter.WriteAsync(context, answer.ToProblem(), prefix: "/dav");
        var root = XElement.Parse(Encoding.UTF8.GetString(body.ToArray()));
        Assert.DoesNotContain("xmlns=\"", root.ToString(), StringComparison.Ordinal);
        var response = context.Response;
        return HeadOf(response) + string.Concat(root.Elements().Select(WithoutDeclarations));
    }

    private static string WithoutDeclarations(XElement element)
    {
        var text = element.ToString(SaveOptions.DisableFormatting);
        return System.Text.RegularExpressions.Regex.Replace(
            text,
            " xmlns:\\w+=\"[^\"]*\"",
            "",
            System.Text.RegularExpressions.RegexOptions.None,
            TimeSpan.FromSeconds(1)
        );
    }

    private static async Task<string> JsonOfAsync(Refusal refusal)
    {
        var (json, response) = await ExecuteAsync(new ProblemResult(refusal));
        return HeadOf(response) + JsonSerializer.Serialize(json, s_readable);
    }

    private static string HeadOf(HttpResponse response) =>
        response.Headers.RetryAfter.Count > 0
            ? $"{response.StatusCode} (Retry-After {response.Headers.RetryAfter}) "
            : $"{response.StatusCode} ";

    private static async Task<(JsonElement Json, HttpResponse Response)> ExecuteAsync(
        ProblemResult result,
        string language = "en"
    )
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddOptions<DavOptions>();
        services.AddSingleton(s_window);
        services.AddSingleton<TimeProvider>(new FakeTimeProvider(s_now));
        services.AddMetrics();
        services.AddSingleton<DoorMetrics>();
        services.AddSingleton<RefusalDesk>();
        await using var provider = services.BuildServiceProvider();
        var context = new DefaultHttpContext { RequestServices = provider };
        context.Request.Headers.AcceptLanguage = language;
        using var body = new MemoryStream();
        context.Response.Body = body;
        await result.ExecuteAsync(context);
        return (JsonElement.Parse(body.ToArray()), context.Response);
    }

    private static void Compare(string answer, string name, [CallerFilePath] string here = "")
    {
        var file = Path.Combine(Path.GetDirectoryName(here)!, "Golden", name + ".txt");
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, answer);
        }
        Assert.Equal(File.ReadAllText(file), answer);
    }
}
