using System.Text;
using System.Xml.Linq;
using CloudDav.WebDav.Xml;

namespace CloudDav.WebDav.Tests.Xml;

public sealed class DavXmlReaderTests
{
    [Fact]
    public void Children_are_visited_whatever_the_visitor_reads_of_them()
    {
        var names = new List<string>();
        var result = Parse(
            "<r><a/> text <b><c/><d>x</d></b><!-- no --><e>y<f/>z</e><g><h/></g></r>",
            reader =>
            {
                reader.Children(() =>
                {
                    var name = reader.Name.LocalName;
                    names.Add(
                        name switch
                        {
                            "a" => "a" + reader.ReadText(),
                            "e" => "e" + reader.ReadText(),
                            "g" => "g" + reader.ReadInnerXml(),
                            _ => name,
                        }
                    );
                });
                return true;
            }
        );
        Assert.True(result.Value);
        Assert.Equal(["a", "b", "eyz", "g<h />"], names);
    }

    [Theory]
    [InlineData("<a xmlns=\"urn:a\" b=\"1\">x<c/></a>")]
    [InlineData("<p:a xmlns:p=\"urn:a\" p:b=\"1\"><p:c>&lt;&amp;</p:c></p:a>")]
    [InlineData("<a><b xmlns=\"urn:b\"><c xmlns=\"\"/></b></a>")]
    [InlineData("<a xml:space=\"preserve\"> \n </a>")]
    [InlineData("<p:a xmlns:p=\"urn:a\"><p:b xmlns:p=\"urn:b\"/><p:c/></p:a>")]
    [InlineData("<a xmlns:p=\"urn:a\" xmlns:q=\"urn:a\" p:x=\"1\" q:y=\"2\"/>")]
    [InlineData("<a><![CDATA[<not> & markup]]></a>")]
    public void An_element_is_copied_so_that_it_stands_by_itself(string inner)
    {
        var copy = Parse(
            $"<root xmlns:unused=\"urn:u\">{inner}</root>",
            reader =>
            {
                var text = "";
                reader.Children(() => text = reader.ReadOuterXml());
                return text;
            }
        );
        var expected = XElement.Parse(inner, LoadOptions.PreserveWhitespace);
        var actual = XElement.Parse(copy.Value, LoadOptions.PreserveWhitespace);
        Assert.Equal(Canonical(expected), Canonical(actual));
    }

    [Fact]
    public void A_language_from_above_is_kept()
    {
        var copy = Parse(
            "<r xml:lang=\"de\"><a/></r>",
            reader =>
            {
                var text = "";
                reader.Children(() => text = reader.ReadOuterXml());
                return text;
            }
        );
        Assert.Equal("<a xml:lang=\"de\" />", copy.Value);
    }

    [Theory]
    [InlineData("")]
    [InlineData("<a")]
    [InlineData("<a></b>")]
    [InlineData("<a/><b/>")]
    [InlineData("<x:a/>")]
    [InlineData("<a xmlns:x=\"\"/>")]
    [InlineData("<a>&#1;</a>")]
    [InlineData("<a b=\"1\" b=\"2\"/>")]
    [InlineData("<!DOCTYPE a><a/>")]
    public void What_is_not_well_formed_is_400(string text) =>
        Assert.Equal(400, Parse(text, _ => true).Problem!.Status);

    [Fact]
    public void Other_encodings_are_read_by_their_mark()
    {
        var utf16 = Encoding
            .Unicode.GetPreamble()
            .Concat(Encoding.Unicode.GetBytes("<a>\u00e9</a>"))
            .ToArray();
        var result = DavXmlReader.Parse<string>(utf16, null, reader => reader.ReadText());
        Assert.Equal("\u00e9", result.Value);
    }

    private static DavResult<T> Parse<T>(string text, Func<DavXmlReader, T> read) =>
        DavXmlReader.Parse<T>(Encoding.UTF8.GetBytes(text), null, reader => read(reader));

    private static string Canonical(XElement element) =>
        $"<{element.Name} {string.Join(' ', element.Attributes().Where(attribute => !attribute.IsNamespaceDeclaration).Select(attribute => $"{attribute.Name}={attribute.Value}").Order(StringComparer.Ordinal))}>"
        + string.Concat(
            element
                .Nodes()
                .Select(node => node is XElement child ? Canonical(child) : ((XText)node).Value)
        )
        + "</>";
}
