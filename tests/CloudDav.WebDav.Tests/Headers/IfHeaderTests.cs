using CloudDav.WebDav.Headers;
using CsCheck;

namespace CloudDav.WebDav.Tests.Headers;

public sealed class IfHeaderTests
{
    [Theory]
    [InlineData("(<urn:a>)", "(<urn:a>)")]
    [InlineData("(<urn:a> [\"e\"]) (Not <urn:b>)", "(<urn:a> [\"e\"]) (Not <urn:b>)")]
    [InlineData(
        "</r> (<urn:a>) (<urn:b>) </s> ([W/\"e\"])",
        "</r> (<urn:a>) (<urn:b>) </s> ([W/\"e\"])"
    )]
    [InlineData("(<urn:a>),(<urn:b>)", "(<urn:a>) (<urn:b>)")]
    [InlineData("(not<DAV:no-lock>)", "(Not <DAV:no-lock>)")]
    [InlineData("  ( < urn:a > )  ", "(<urn:a>)")]
    [InlineData("([e])", "([\"e\"])")]
    public void A_header_is_read_and_printed(string text, string canonical) =>
        Assert.Equal(canonical, IfHeader.Parse(text).Value!.ToString());

    [Theory]
    [InlineData("()")]
    [InlineData("(")]
    [InlineData("(<urn:a>")]
    [InlineData("(<urn:a)")]
    [InlineData("(<>)")]
    [InlineData("</r>")]
    [InlineData("</r> </s> (<urn:a>)")]
    [InlineData("(Not)")]
    [InlineData("(Not Not <urn:a>)")]
    [InlineData("([\"e)")]
    [InlineData("([])")]
    [InlineData("urn:a")]
    [InlineData("(<urn:a>) x")]
    public void What_is_ungrammatical_is_400(string text) =>
        Assert.Equal(400, IfHeader.Parse(text).Problem!.Status);

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("  ")]
    public void Nothing_is_no_header(string? text) => Assert.Null(IfHeader.Parse(text).Value);

    [Fact]
    public void Every_token_anywhere_is_submitted()
    {
        var header = IfHeader.Parse("</a> (<urn:1> [\"e\"]) (Not <urn:2>) </b> (<urn:1> <urn:3>)");
        Assert.Equal(["urn:1", "urn:2", "urn:3"], header.Value!.Tokens);
    }

    [Fact]
    public void What_is_printed_reads_back_the_same()
    {
        var name = Gen.String[Gen.Char["abcz09:-/."], 1, 12];
        var token = name.Select(text => new IfCondition("u" + text, default, false));
        var tag = Gen.Select(name, Gen.Bool)
            .Select(
                (text, weak) => new IfCondition(null, new EntityTag($"\"{text}\"", weak), false)
            );
        var condition = Gen.Select(Gen.OneOf(token, tag), Gen.Bool)
            .Select((value, negated) => value with { IsNegated = negated });
        var resource = Gen.OneOf(
            Gen.Const((string?)null),
            name.Select(text => (string?)("/" + text))
        );
        Gen.Select(resource, condition.List[1, 4])
            .Select((at, conditions) => new IfList(at, conditions))
            .List[1, 5]
            .Sample(lists =>
            {
                // Untagged lists cannot follow tagged ones: the tag would be theirs.
                var isTagged = lists[0].Resource is not null;
                var usable = lists
                    .Select(list =>
                        isTagged
                            ? list with
                            {
                                Resource = list.Resource ?? "/r",
                            }
                            : list with
                            {
                                Resource = null,
                            }
                    )
                    .ToList();
                var printed = new IfHeader(usable).ToString();
                var read = IfHeader.Parse(printed).Value!;
                Assert.Equal(printed, read.ToString());
                Assert.Equal(usable.Count, read.Lists.Count);
                for (var i = 0; i < usable.Count; i++)
                {
                    Assert.Equal(usable[i].Resource, read.Lists[i].Resource);
                    Assert.Equal(usable[i].Conditions, read.Lists[i].Conditions);
                }
            });
    }
}
