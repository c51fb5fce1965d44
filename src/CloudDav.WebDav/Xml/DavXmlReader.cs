using System.Text;
using System.Xml;
using System.Xml.Linq;

namespace CloudDav.WebDav.Xml;

/// <summary>
/// Reads a request body that is already in memory and bounded: no DTD, no external entity, bounded nesting and attributes. Anything
/// that is not well-formed, an unbound prefix included, is 400.
/// </summary>
internal sealed class DavXmlReader : IDisposable
{
    private const int MaxNesting = 100;
    private const int MaxAttributes = 200;

    private static readonly XmlReaderSettings Settings = new()
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        IgnoreComments = true,
        IgnoreProcessingInstructions = true,
        CloseInput = true,
    };

    private readonly XmlReader _reader;

    private DavXmlReader(ReadOnlyMemory<byte> body) =>
        _reader = XmlReader.Create(new MemoryStream(body.ToArray(), writable: false), Settings);

    /// <summary>The element the reader stands on.</summary>
    public XName Name => XName.Get(_reader.LocalName, _reader.NamespaceURI);

    /// <summary>The value of an attribute without a namespace of the element the reader stands on; null when it has none.</summary>
    public string? Attribute(string name) => _reader.GetAttribute(name);

    /// <summary>Parses a body whose root element must be one of those the caller takes; the caller reads all of it.</summary>
    public static DavResult<T> Parse<T>(
        ReadOnlyMemory<byte> body,
        string? contentType,
        Func<DavXmlReader, DavResult<T>> read
    )
    {
        try
        {
            using var reader = new DavXmlReader(body);
            while (reader._reader.NodeType != XmlNodeType.Element)
            {
                if (!reader.Advance())
                    return Malformed(contentType);
            }
            var result = read(reader);
            // The rest must be well-formed too before any of it counts.
            while (reader.Advance()) { }
            return result;
        }
        catch (Exception e) when (e is XmlException or ArgumentException or NotSupportedException)
        {
            return Malformed(contentType);
        }
    }

    /// <summary>Visits each child element of the current one; the visitor may read it or leave it, what is left is skipped.</summary>
    /// <returns>False when there was none.</returns>
    public bool Children(Action visit)
    {
        if (_reader.IsEmptyElement)
            return false;
        var depth = _reader.Depth;
        var any = false;
        Advance();
        while (_reader.Depth > depth)
        {
            if (_reader.NodeType != XmlNodeType.Element)
            {
                Advance();
                continue;
            }
            any = true;
            var child = _reader.Depth;
            var empty = _reader.IsEmptyElement;
            visit();
            if (_reader.NodeType == XmlNodeType.Element && _reader.Depth == child)
            {
                Advance();
                if (empty)
                    continue;
            }
            while (_reader.Depth > child)
                Advance();
            if (_reader.NodeType == XmlNodeType.EndElement && _reader.Depth == child)
                Advance();
        }
        return any;
    }

    /// <summary>The text of the current element, elements within it left out; the reader then stands at its end.</summary>
    public string ReadText()
    {
        if (_reader.IsEmptyElement)
            return "";
        var text = new StringBuilder();
        var depth = _reader.Depth;
        Advance();
        while (_reader.Depth > depth)
        {
            if (
                _reader.NodeType
                    is XmlNodeType.Text
                        or XmlNodeType.CDATA
                        or XmlNodeType.Whitespace
                        or XmlNodeType.SignificantWhitespace
                && _reader.Depth == depth + 1
            )
                text.Append(_reader.Value);
            Advance();
        }
        return text.ToString();
    }

    /// <summary>The whole current element as XML that stands by itself: prefixes declared within it, <c>xml:lang</c> in scope kept.</summary>
    public string ReadOuterXml() => Copy(includeElement: true);

    /// <summary>What is inside the current element, as XML that stands by itself.</summary>
    public string ReadInnerXml() => Copy(includeElement: false);

    /// <inheritdoc/>
    public void Dispose() => _reader.Dispose();

    private string Copy(bool includeElement)
    {
        var text = new StringBuilder();
        using (
            var writer = XmlWriter.Create(
                text,
                new XmlWriterSettings
                {
                    OmitXmlDeclaration = true,
                    ConformanceLevel = ConformanceLevel.Fragment,
                    NewLineHandling = NewLineHandling.Entitize,
                }
            )
        )
        {
            var depth = _reader.Depth;
            if (_reader.IsEmptyElement)
            {
                if (includeElement)
                {
                    Start(writer, withLanguage: true);
                    writer.WriteEndElement();
                }
                writer.Flush();
                return text.ToString();
            }
            if (includeElement)
                Start(writer, withLanguage: true);
            Advance();
            while (_reader.Depth > depth)
            {
                switch (_reader.NodeType)
                {
                    case XmlNodeType.Element:
                        Start(writer, withLanguage: false);
                        if (_reader.IsEmptyElement)
                            writer.WriteEndElement();
                        break;
                    case XmlNodeType.EndElement:
                        writer.WriteFullEndElement();
                        break;
                    case XmlNodeType.Text
                    or XmlNodeType.CDATA
                    or XmlNodeType.Whitespace
                    or XmlNodeType.SignificantWhitespace:
                        writer.WriteString(_reader.Value);
                        break;
                }
                Advance();
            }
            if (includeElement)
                writer.WriteFullEndElement();
        }
        return text.ToString();
    }

    private void Start(XmlWriter writer, bool withLanguage)
    {
        writer.WriteStartElement(_reader.Prefix, _reader.LocalName, _reader.NamespaceURI);
        var language = withLanguage ? _reader.XmlLang : "";
        for (var more = _reader.MoveToFirstAttribute(); more; more = _reader.MoveToNextAttribute())
        {
            if (_reader is { Prefix: "xml", LocalName: "lang" })
                language = "";
            // The writer declares the element's own prefix; declaring it twice is an error it does not forgive.
            if (_reader.Prefix == "xmlns")
            {
                if (writer.LookupPrefix(_reader.Value) != _reader.LocalName)
                    writer.WriteAttributeString("xmlns", _reader.LocalName, null, _reader.Value);
                continue;
            }
            if (_reader is { Prefix: "", LocalName: "xmlns" })
                continue;
            writer.WriteAttributeString(
                _reader.Prefix,
                _reader.LocalName,
                _reader.NamespaceURI,
                _reader.Value
            );
        }
        _reader.MoveToElement();
        if (language.Length > 0)
            writer.WriteAttributeString("xml", "lang", null, language);
    }

    private bool Advance()
    {
        if (!_reader.Read())
            return false;
        if (_reader.Depth > MaxNesting || _reader.AttributeCount > MaxAttributes)
            throw new XmlException("The body is nested too deeply or has too many attributes.");
        return true;
    }

    private static DavProblem Malformed(string? contentType) =>
        IsPlainlyNotXml(contentType)
            ? new DavProblem(415, "The body must be XML.")
            : new DavProblem(400, "The body is not well-formed XML.");

    private static bool IsPlainlyNotXml(string? contentType) =>
        !string.IsNullOrEmpty(contentType)
        && !contentType.Contains("xml", StringComparison.OrdinalIgnoreCase)
        && !contentType.StartsWith("text/", StringComparison.OrdinalIgnoreCase)
        && !contentType.StartsWith("application/octet-stream", StringComparison.OrdinalIgnoreCase)
        && !contentType.StartsWith(
            "application/x-www-form-urlencoded",
            StringComparison.OrdinalIgnoreCase
        );
}
