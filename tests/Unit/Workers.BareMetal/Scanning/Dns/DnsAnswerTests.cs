using FsCheck;
using FsCheck.Fluent;
using TaskMesh.Core.Recon;
using TaskMesh.ScanHost;
using TaskMesh.Workers.BareMetal.Scanning.Dns;

namespace TaskMesh.Unit.Workers.BareMetal.Scanning.Dns;

/// <summary>What another codec writes is read, and what nobody should write does no harm.</summary>
public class DnsAnswerTests
{
    private const string All = $"all.{LabZone.Apex}";
    private static readonly string[] Aliased = ["loop", "longchain", "dangling", "n3", "n14"];
    private static readonly DnsType[] Types = [.. Enum.GetValues<DnsType>()];

    [Theory]
    [InlineData(DnsType.A)]
    [InlineData(DnsType.Aaaa)]
    [InlineData(DnsType.Ns)]
    [InlineData(DnsType.Mx)]
    [InlineData(DnsType.Txt)]
    [InlineData(DnsType.Soa)]
    [InlineData(DnsType.Srv)]
    [InlineData(DnsType.Caa)]
    [InlineData(DnsType.Https)]
    public void Records_of_every_type_are_read(DnsType type)
    {
        var answer = Read(All, type, LabZone.Of(All, type));

        var truth = Assert.Single(LabZone.Of(All, type).Records);
        Assert.Equal(new DnsRecord(All, type, 300, truth.Value), Assert.Single(answer.Records));
        Assert.Equal(DnsChainEnd.Complete, answer.End);
    }

    [Fact]
    public void Aliases_are_followed_to_the_records()
    {
        var answer = Read("n3.example.test", DnsType.A);

        Assert.Equal(["n2.example.test", "203.0.113.2"], answer.Records.Select(record => record.Value));
        Assert.Equal(DnsChainEnd.Complete, answer.End);
    }

    [Theory]
    [InlineData("loop", DnsChainEnd.Loop, 2)]
    [InlineData("longchain", DnsChainEnd.TooLong, DnsAnswer.MostAliases + 1)]
    [InlineData("dangling", DnsChainEnd.Dangling, 1)]
    public void Aliases_that_lead_nowhere_end(string label, DnsChainEnd end, int records)
    {
        var answer = Read($"{label}.{LabZone.Apex}", DnsType.A);

        Assert.Equal((end, records), (answer.End, answer.Records.Count));
    }

    [Theory]
    [InlineData(0x80, DnsChainEnd.NoData)]
    [InlineData(0x00, DnsChainEnd.Unfinished)]
    public void Only_who_looks_further_can_say_that_an_alias_has_no_records(byte flags, DnsChainEnd end)
    {
        var message = Message("a.test", DnsType.A, new(0, [new("a.test", DnsType.Cname, "b.test")]));
        message[3] = flags;

        Assert.Equal(end, DnsAnswer.Read(message, DnsName.Parse("a.test"), DnsType.A).End);
    }

    [Fact]
    public void Records_of_other_names_and_classes_are_not_believed()
    {
        var answer = Read("a.test", DnsType.A, new(0, [new("b.test", DnsType.A, "203.0.113.66"), new("a.test", DnsType.A, "203.0.113.1")]));
        var message = Message("a.test", DnsType.A, new(0, [new("a.test", DnsType.A, "203.0.113.66")]));
        message[^11] = 3;

        Assert.Equal("203.0.113.1", Assert.Single(answer.Records).Value);
        Assert.Empty(DnsAnswer.Read(message, DnsName.Parse("a.test"), DnsType.A).Records);
    }

    [Theory]
    [InlineData(DnsType.A, "00-00-00")]
    [InlineData(DnsType.A, "00-00-00-00-00")]
    [InlineData(DnsType.Txt, "")]
    [InlineData(DnsType.Txt, "05-41")]
    [InlineData(DnsType.Caa, "00-00")]
    [InlineData(DnsType.Caa, "00-01-1B")]
    [InlineData(DnsType.Https, "00-01-00-00-01-00-04-06-68-32")]
    [InlineData(DnsType.Https, "00-01-00-00-03-00-02-01-BB-00-01-00-00")]
    [InlineData(DnsType.Mx, "00-0A-C0-FF")]
    [InlineData(DnsType.Soa, "00-00-00")]
    public void Data_that_is_not_what_its_type_says_is_refused(DnsType type, string data)
    {
        byte[] bytes = data.Length == 0 ? [] : [.. data.Split('-').Select(digits => Convert.ToByte(digits, 16))];
        var query = Query("a.test", type);
        byte[] message =
        [
            0, 0, 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0, .. query[12..24], 0xC0, 12, (byte)((int)type >> 8), (byte)type, 0, 1, 0, 0, 0, 0,
            0, (byte)bytes.Length, .. bytes,
        ];

        Assert.Throws<DnsFormatException>(() => DnsAnswer.Read(message, DnsName.Parse("a.test"), type));
    }

    [Fact]
    public void Text_of_others_is_printable()
    {
        var message = Message("a.test", DnsType.Txt, new(0, [new("a.test", DnsType.Txt, "\"ab\"")]));
        message[^2] = 27;
        message[^1] = (byte)'"';

        Assert.Equal(@"""\027\""""", Assert.Single(DnsAnswer.Read(message, DnsName.Parse("a.test"), DnsType.Txt).Records).Value);
    }

    [Fact]
    public void Data_of_other_types_is_passed_over() =>
        Assert.Empty(Read("a.test", DnsType.A, new(0, [new("a.test", (DnsType)250, "b.test")])).Records);

    [Fact]
    public void Arbitrary_bytes_are_survived() =>
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), bytes => Types.All(type => IsSurvived(bytes, type)))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(2000));

    [Fact]
    public void A_real_answer_with_any_bytes_changed_is_survived()
    {
        (byte[], DnsType)[] corpus =
        [
            .. Types.Select(type => (Message(All, type, LabZone.Of(All, type)), type)),
            .. Aliased.Select(label => $"{label}.{LabZone.Apex}").Select(name => (Message(name, DnsType.A, LabZone.Of(name, DnsType.A)), DnsType.A)),
        ];
        Prop.ForAll(ArbMap.Default.ArbFor<(ushort Which, (ushort At, byte Value)[] Changes, byte Cut)>(), change =>
        {
            var (answer, type) = corpus[change.Which % corpus.Length];
            byte[] message = [.. answer];
            foreach (var (at, value) in change.Changes)
                message[at % message.Length] = value;
            return IsSurvived(change.Cut < 200 ? message : message[..(change.Which % message.Length)], type);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(20_000));
    }

    private static bool IsSurvived(byte[] message, DnsType type)
    {
        try
        {
            if (DnsHeader.TryRead(message, out var header))
                _ = DnsQuery.Judge(message, header);
            var answer = DnsAnswer.Read(message, DnsName.Parse(All), type);
            return answer.Records.Count <= DnsRecords.Most + DnsAnswer.MostAliases
                && answer.Records.All(record => !record.Value.Any(char.IsControl) && !record.Owner.Any(char.IsControl));
        }
        catch (DnsFormatException)
        {
            return true;
        }
    }

    private static DnsAnswer Read(string name, DnsType type, LabAnswer? answer = null) =>
        DnsAnswer.Read(Message(name, type, answer ?? LabZone.Of(name, type)), DnsName.Parse(name), type);

    private static byte[] Message(string name, DnsType type, LabAnswer answer) => LabMessage.Answer(Query(name, type), answer, isTruncated: false);

    private static byte[] Query(string name, DnsType type)
    {
        var message = new byte[DnsQuery.Longest];
        return message[..DnsQuery.Write(message, 1, DnsName.Parse(name), type, casing: 5, isExtended: true)];
    }
}
