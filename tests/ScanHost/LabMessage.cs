using System.Buffers.Binary;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using TaskMesh.Core.Recon;

namespace TaskMesh.ScanHost;

/// <summary>
/// Messages as the lab's name servers read and write them (RFC 1035), apart from the product's codec, so that the two check each other.
/// </summary>
public static partial class LabMessage
{
    private const int HeaderLength = 12;

    /// <summary>The name in lower case, the type, and where the question ends.</summary>
    public static (string Name, DnsType Type, int End) Question(byte[] query)
    {
        var labels = new List<string>();
        var place = HeaderLength;
        for (; query[place] > 0; place += query[place] + 1)
            labels.Add(Encoding.ASCII.GetString(query, place + 1, query[place]).ToLowerInvariant());
        return (string.Join('.', labels), (DnsType)BinaryPrimitives.ReadUInt16BigEndian(query.AsSpan(place + 1)), place + 5);
    }

    /// <param name="isTruncated">Says that there is more, and leaves it out.</param>
    public static byte[] Answer(byte[] query, LabAnswer answer, bool isTruncated)
    {
        var (_, _, end) = Question(query);
        var records = isTruncated ? [] : answer.Records;
        byte[] head =
        [
            query[0], query[1], (byte)(isTruncated ? 0x83 : 0x81), (byte)(0x80 | answer.Code), 0, 1,
            (byte)(records.Count >> 8), (byte)records.Count, 0, 0, 0, 0,
        ];
        return [.. head, .. query[HeaderLength..end], .. records.SelectMany(record => Record(record, query, end))];
    }

    private static byte[] Record(LabRecord record, byte[] query, int end)
    {
        // The first owner is that of the question, which everybody points to.
        var (name, _, _) = Question(query[..end]);
        byte[] owner = record.Owner == name ? [0xC0, HeaderLength] : Name(record.Owner);
        var data = Data(record);
        return [.. owner, .. Word((int)record.Type), .. Word(1), 0, 0, 1, 44, .. Word(data.Length), .. data];
    }

    private static byte[] Data(LabRecord record)
    {
        var parts = record.Value.Split(' ');
        return record.Type switch
        {
            DnsType.A or DnsType.Aaaa => IPAddress.Parse(record.Value).GetAddressBytes(),
            DnsType.Mx => [.. Word(int.Parse(parts[0])), .. Name(parts[1])],
            DnsType.Srv => [.. Word(int.Parse(parts[0])), .. Word(int.Parse(parts[1])), .. Word(int.Parse(parts[2])), .. Name(parts[3])],
            DnsType.Soa => [.. Name(parts[0]), .. Name(parts[1]), .. parts[2..].SelectMany(part => new byte[] { 0, 0, 0, byte.Parse(part) })],
            DnsType.Txt => [.. Quoted().Matches(record.Value).SelectMany(match => Text(match.Groups[1].Value))],
            DnsType.Caa => [0, .. Text(parts[1]), .. Encoding.ASCII.GetBytes(parts[2].Trim('"'))],
            DnsType.Https => [0, 1, 0, 0, 1, 0, 6, .. Text("h2"), .. Text("h3"), 0, 3, 0, 2, 0x20, 0xFB, 0, 4, 0, 4, 203, 0, 113, 7],
            _ => Name(record.Value),
        };
    }

    private static byte[] Name(string name) => [.. name.Split('.').SelectMany(Text), 0];

    private static byte[] Text(string text) => [(byte)text.Length, .. Encoding.ASCII.GetBytes(text)];

    private static byte[] Word(int value) => [(byte)(value >> 8), (byte)value];

    [GeneratedRegex("\"([^\"]*)\"")]
    private static partial Regex Quoted();
}
