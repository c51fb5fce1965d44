using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Xml;

namespace CloudDav.Server.SyncClients;

/// <summary>The two forms in which a call's answer is written.</summary>
internal static class OcsText
{
    private static readonly JsonSerializerOptions s_json = new()
    {
        // Never part of a page.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>As JSON without a blank.</summary>
    public static byte[] ToJson(JsonNode node) => Encoding.UTF8.GetBytes(node.ToJsonString(s_json));

    /// <summary>As XML: a member is an element of its name, an entry of an array one called <c>element</c>; yes is 1 and no is 0.</summary>
    public static byte[] ToXml(JsonObject ocs)
    {
        using var body = new MemoryStream();
        using (
            var writer = XmlWriter.Create(
                body,
                new XmlWriterSettings
                {
                    Encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
                    // What XML cannot say is in nobody's name.
                    CheckCharacters = false,
                }
            )
        )
        {
            writer.WriteStartElement("ocs");
            Write(writer, ocs);
            writer.WriteEndElement();
        }
        return body.ToArray();
    }

    private static void Write(XmlWriter writer, JsonNode? node)
    {
        switch (node)
        {
            case JsonObject members:
                foreach (var (name, value) in members)
                {
                    writer.WriteStartElement(XmlConvert.EncodeLocalName(name));
                    Write(writer, value);
                    writer.WriteEndElement();
                }
                break;
            case JsonArray entries:
                foreach (var entry in entries)
                {
                    writer.WriteStartElement("element");
                    Write(writer, entry);
                    writer.WriteEndElement();
                }
                break;
            case { } value:
                writer.WriteString(
                    value.GetValueKind() switch
                    {
                        JsonValueKind.True => "1",
                        JsonValueKind.False => "0",
                        _ => value.ToString(),
                    }
                );
                break;
        }
    }
}
