using TaskMesh.Core.Recon;

namespace TaskMesh.Workers.BareMetal.Scanning.Dns;

/// <summary>
/// The records of a message that answer a question, found by following aliases from its name. Others in the message are not believed.
/// </summary>
/// <param name="Target">The name at which the chain ended, as on the wire.</param>
public sealed record DnsAnswer(IReadOnlyList<DnsRecord> Records, DnsChainEnd End, byte[] Target)
{
    /// <summary>Resolvers follow about as many.</summary>
    public const int MostAliases = 16;

    private const ushort Internet = 1;
    private const ushort RecursionAvailable = 0x0080;

    /// <param name="name">What was asked for, as on the wire.</param>
    /// <exception cref="DnsFormatException">The message cannot be read; the only exception, whatever the bytes.</exception>
    public static DnsAnswer Read(ReadOnlySpan<byte> message, ReadOnlySpan<byte> name, DnsType type)
    {
        if (!DnsHeader.TryRead(message, out var header) || !DnsRecords.TryRead(message, header, out var answers))
            throw new DnsFormatException("The message has no head, or claims more than a message can hold.");
        var parts = Parts(message, answers);
        var found = new List<DnsRecord>();
        var target = name.ToArray();
        for (var aliases = 0; aliases <= MostAliases; aliases++)
        {
            var here = parts.Where(part => DnsName.AreSame(part.Owner, target)).ToArray();
            var wanted = here.Where(part => part.Record.Type == type).Select(part => part.Record).Distinct().ToArray();
            found.AddRange(wanted);
            if (wanted.Length > 0)
                return new(found, DnsChainEnd.Complete, target);
            if (here.FirstOrDefault(part => part.Alias is not null) is not { } alias)
                return new(found, EndOf(header), target);
            if (found.Contains(alias.Record))
                return new(found, DnsChainEnd.Loop, target);
            found.Add(alias.Record);
            target = alias.Alias!;
        }
        return new(found, DnsChainEnd.TooLong, target);
    }

    private static DnsChainEnd EndOf(in DnsHeader header) =>
        header.Code == DnsResponseCode.NameError ? DnsChainEnd.Dangling
        // A server that does not look further knows its own zones alone.
        : (header.Flags & RecursionAvailable) == 0 ? DnsChainEnd.Unfinished
        : DnsChainEnd.NoData;

    private static List<Part> Parts(ReadOnlySpan<byte> message, DnsRecords answers)
    {
        var parts = new List<Part>();
        Span<byte> name = stackalloc byte[DnsName.Longest];
        while (answers.MoveNext())
        {
            var offset = answers.NameOffset;
            if (!DnsName.TryExpand(message, ref offset, name, out var length))
                throw new DnsFormatException("A name has no end.");
            if (answers.Class != Internet)
                continue;
            var owner = name[..length].ToArray();
            var record = new DnsRecord(
                DnsName.Text(owner).ToLowerInvariant(), answers.Type, answers.TimeToLive, DnsData.Text(message, answers));
            offset = answers.DataOffset;
            var isAlias = answers.Type == DnsType.Cname && DnsName.TryExpand(message, ref offset, name, out length);
            parts.Add(new(owner, record, isAlias ? name[..length].ToArray() : null));
        }
        return answers.IsBroken ? throw new DnsFormatException("A record ends behind its message.") : parts;
    }

    private sealed record Part(byte[] Owner, DnsRecord Record, byte[]? Alias);
}
