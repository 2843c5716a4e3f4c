using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using TaskMesh.Core.Recon;
using TaskMesh.Unit.Workers.BareMetal.Scanning.Fuzzing;
using TaskMesh.Unit.Workers.BareMetal.Scanning.Tls;
using TaskMesh.Workers.BareMetal.Scanning.Packets;
using TaskMesh.Workers.BareMetal.Scanning.Tls;

namespace TaskMesh.Unit.Workers.BareMetal.Scanning.Probes;

public sealed class TlsHelloProbeTests : IDisposable
{
    private readonly X509Certificate2 _certificate = TlsServer.Certificate("CN=named.example", "named.example", "www.named.example");
    private readonly Random _random = new(11);
    private readonly Mutator _mutator = new(new Random(11));

    public void Dispose() => _certificate.Dispose();

    [Fact]
    public void A_server_shows_its_certificate_and_is_left_by_one_RST()
    {
        var talk = new SimulatedTls((said, _) => said.Length == 0 ? [] : SimulatedTls.InOrder(Flight(said, SslProtocols.Tls12))).Run();

        Assert.Equal(["named.example", "www.named.example"], Facts(talk).Names);
        Assert.Equal((TlsNames.Tls12, 1, 1), (talk.Capture!.Hello!.Version, talk.Connections, talk.Resets));
    }

    [Fact]
    public void Segments_may_come_in_any_order_and_twice()
    {
        var talk = new SimulatedTls((said, _) =>
        {
            if (said.Length == 0)
                return [];
            var pieces = SimulatedTls.InOrder(Flight(said, SslProtocols.Tls12), size: 100).ToArray();
            _random.Shuffle(pieces);
            return pieces.Concat(pieces);
        }).Run();

        Assert.Equal(_certificate.RawData, talk.Capture!.Chain!.Certificates()[0].ToArray());
    }

    [Fact]
    public void A_server_of_TLS_1_3_only_is_asked_a_second_time()
    {
        var talk = new SimulatedTls((said, _) => said.Length == 0 ? [] : SimulatedTls.InOrder(Flight(said, SslProtocols.Tls13))).Run();

        Assert.Equal(_certificate.RawData, talk.Capture!.Chain!.Certificates()[0].ToArray());
        Assert.Equal((TlsNames.Tls13, 2, 2), (talk.Capture.Hello!.Version, talk.Connections, talk.Resets));
    }

    [Fact]
    public void All_that_a_server_accepts_is_asked_one_connection_after_the_other()
    {
        const SslProtocols both = SslProtocols.Tls12 | SslProtocols.Tls13;
        var talk = new SimulatedTls((said, _) => said.Length == 0 ? [] : SimulatedTls.InOrder(Flight(said, both))) { Ciphers = true }.Run();

        var accepted = talk.Capture!.Inventory!.Accepted;
        Assert.Equal(["TLS 1.3", "TLS 1.2"], accepted.Select(each => each.Version));
        Assert.Equal(
            ["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"], accepted[0].Ciphers.Order(StringComparer.Ordinal));
        Assert.Contains("TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", accepted[1].Ciphers);
        // Its key signs, so nothing is accepted that wants one that encrypts, or another's signature.
        Assert.All(accepted[1].Ciphers, cipher => Assert.StartsWith("TLS_ECDHE_ECDSA_", cipher, StringComparison.Ordinal));
        // The certificate, each cipher, and the refusals that end the four versions.
        Assert.Equal(1 + accepted.Sum(each => each.Ciphers.Count) + 4, talk.Connections);
        Assert.Equal(talk.Connections, talk.Resets);
        Assert.Equal(_certificate.RawData, talk.Capture.Chain!.Certificates()[0].ToArray());
    }

    [Fact]
    public void A_server_that_falls_silent_keeps_what_it_has_said()
    {
        var talk = new SimulatedTls((said, connection) =>
            said.Length == 0 || connection > 2 ? [] : SimulatedTls.InOrder(Flight(said, SslProtocols.Tls13)))
        { Ciphers = true }.Run();

        Assert.Equal(TlsOutcome.Certificate, talk.Capture!.Outcome);
        Assert.Equal(("TLS 1.3", 1), talk.Capture.Inventory!.Accepted.Select(each => (each.Version, each.Ciphers.Count)).Single());
    }

    [Fact]
    public void A_certificate_of_64_KiB_is_read()
    {
        using var large = TlsServer.Certificate("CN=large.example", [.. Enumerable.Range(0, 2500).Select(host => $"host-{host}.large.example")]);
        Assert.True(large.RawData.Length > 60_000);

        var talk = new SimulatedTls((said, _) =>
            said.Length == 0 ? [] : SimulatedTls.InOrder(TlsServer.Answer(said, SslProtocols.Tls12, _ => large))).Run();

        Assert.Equal(2501, Facts(talk).Names.Count);
    }

    [Fact]
    public void A_hello_that_got_lost_is_said_again()
    {
        var lost = 0;
        var talk = new SimulatedTls((said, _) =>
            said.Length == 0 || lost++ < 2 ? [] : SimulatedTls.InOrder(Flight(said, SslProtocols.Tls12))).Run();

        Assert.Equal((TlsOutcome.Certificate, 1), (talk.Capture!.Outcome, talk.Connections));
    }

    [Theory]
    [InlineData("220 ready\r\n|250-hello\r\n250 STARTTLS\r\n|220 go\r\n", 25)]
    [InlineData("+OK ready\r\n|+OK begin\r\n", 110)]
    public void Mail_servers_are_talked_into_TLS(string replies, ushort port)
    {
        var lines = replies.Split('|').Select(Encoding.ASCII.GetBytes).ToArray();
        var (stage, sent) = (0, 0);

        var talk = new SimulatedTls(
            (said, _) =>
            {
                if (said.Length == 0 && stage > 0)
                    return [];
                var reply = stage < lines.Length ? lines[stage++] : Flight(said, SslProtocols.Tls12);
                sent += reply.Length;
                return SimulatedTls.InOrder(reply, sent - reply.Length);
            },
            port: port).Run();

        Assert.Equal((TlsOutcome.Certificate, null), (talk.Capture!.Outcome, talk.Capture.Detail));
    }

    [Fact]
    public void A_server_that_says_nothing_is_left_when_its_time_is_over()
    {
        var talk = new SimulatedTls((said, _) => said.Length == 0 ? [] : [new(0, [])]).Run();

        Assert.Equal((TlsOutcome.Timeout, "the server says nothing"), (talk.Capture!.Outcome, talk.Capture.Detail));
        Assert.Equal((1, true), (talk.Resets, talk.Elapsed < TimeSpan.FromSeconds(6)));
    }

    [Fact]
    public void A_server_that_drips_is_left_when_its_time_is_over()
    {
        byte[] flight = [];
        var (dripped, ticks) = (0, 0);

        var talk = new SimulatedTls((said, _) =>
        {
            flight = flight.Length == 0 && said.Length > 0 ? Flight(said, SslProtocols.Tls12) : flight;
            return flight.Length == 0 || ticks++ % 10 > 0 ? [] : [new(dripped, [flight[dripped++]])];
        }).Run();

        Assert.Equal(TlsOutcome.Timeout, talk.Capture!.Outcome);
        Assert.True(talk.Elapsed < TimeSpan.FromSeconds(6));
    }

    [Fact]
    public void Both_connections_to_a_server_of_TLS_1_3_have_the_time_of_one()
    {
        var late = new LateServer(said => Flight(said, SslProtocols.Tls13), ticks: 400);

        var talk = new SimulatedTls(late.Say).Run();

        Assert.Equal((2, TlsOutcome.Alert), (talk.Connections, talk.Capture!.Outcome));
        Assert.True(talk.Elapsed < TimeSpan.FromSeconds(6));
    }

    [Fact]
    public void An_inventory_of_a_slow_server_ends_with_what_is_known()
    {
        var late = new LateServer(said => Flight(said, SslProtocols.Tls12 | SslProtocols.Tls13), ticks: 480);

        var talk = new SimulatedTls(late.Say) { Ciphers = true }.Run();

        Assert.NotEmpty(talk.Capture!.Inventory!.Accepted);
        Assert.InRange(talk.Elapsed, TimeSpan.FromSeconds(50), TimeSpan.FromSeconds(56));
    }

    [Fact]
    public void Half_a_record_and_then_the_end_is_no_certificate()
    {
        var talk = new SimulatedTls((said, _) =>
        {
            if (said.Length == 0)
                return [];
            var half = Flight(said, SslProtocols.Tls12)[..200];
            return [new(0, half), new(half.Length, [], TcpSegment.Ack | TcpSegment.Fin)];
        }).Run();

        Assert.Equal((TlsOutcome.Closed, "the server ended the connection"), (talk.Capture!.Outcome, talk.Capture.Detail));
    }

    [Fact]
    public void Garbage_is_no_TLS()
    {
        var talk = new SimulatedTls((said, _) => said.Length == 0 ? [] : [new(0, "HTTP/1.1 400 Bad Request\r\n"u8.ToArray())]).Run();

        Assert.Equal((TlsOutcome.NotTls, "it is no TLS record"), (talk.Capture!.Outcome, talk.Capture.Detail));
        Assert.Equal((1, 1), (talk.Connections, talk.Resets));
    }

    [Fact]
    public void Who_resets_every_hello_has_closed()
    {
        var talk = new SimulatedTls((said, _) => said.Length == 0 ? [] : [new(0, [], TcpSegment.Rst | TcpSegment.Ack)]).Run();

        Assert.Equal((TlsOutcome.Closed, "the server reset the connection", 2), (talk.Capture!.Outcome, talk.Capture.Detail, talk.Connections));
    }

    [Fact]
    public void Who_refuses_both_versions_says_why_twice()
    {
        var talk = new SimulatedTls((said, connection) =>
            said.Length == 0 ? [] : [new(0, [21, 3, 3, 0, 2, 2, (byte)(connection == 0 ? 70 : 40)])]).Run();

        Assert.Equal((TlsOutcome.Alert, "protocol_version; in TLS 1.3: handshake_failure"), (talk.Capture!.Outcome, talk.Capture.Detail));
    }

    [Fact]
    public void A_RST_from_nowhere_ends_nothing()
    {
        var talk = new SimulatedTls((said, _) => said.Length == 0
            ? []
            : [new(1 << 20, [], TcpSegment.Rst | TcpSegment.Ack), .. SimulatedTls.InOrder(Flight(said, SslProtocols.Tls12))]).Run();

        Assert.Equal(TlsOutcome.Certificate, talk.Capture!.Outcome);
    }

    [Fact]
    public void Endless_bytes_are_cut_off()
    {
        // Empty requests for another hello, which a client may pass over.
        byte[] request = [22, 3, 3, 0, 4, 0, 0, 0, 0];
        byte[] endless = [.. Enumerable.Repeat(request, 20_000).SelectMany(each => each)];

        var talk = new SimulatedTls((said, _) => said.Length == 0 ? [] : SimulatedTls.InOrder(endless)).Run();

        Assert.Equal((TlsOutcome.NotTls, "131072 bytes and no certificate"), (talk.Capture!.Outcome, talk.Capture.Detail));
    }

    /// <summary>Any exception fails the test, and so does a conversation that does not end.</summary>
    [Fact]
    public void Hostile_packets_end_in_an_outcome()
    {
        var flights = new Dictionary<int, byte[]>();
        var outcomes = new HashSet<TlsOutcome>();
        for (var run = 0; run < 500; run++)
        {
            var talk = new SimulatedTls((said, connection) =>
            {
                if (said.Length == 0)
                    return [];
                if (!flights.ContainsKey(said.Length))
                    flights[said.Length] = Flight(said, SslProtocols.Tls12 | SslProtocols.Tls13);
                return SimulatedTls.InOrder(flights[said.Length], size: 200);
            })
            {
                Noise = packet => Enumerable.Range(0, _random.Next(3)).Select(_ => _mutator.Next([packet]).ToArray()),
            }.Run();
            outcomes.Add(talk.Capture!.Outcome);
        }

        Assert.Contains(TlsOutcome.Certificate, outcomes);
        Assert.Contains(TlsOutcome.NotTls, outcomes);
    }

    private static CertificateFacts Facts(SimulatedTls talk) => talk.Capture!.Chain!.Facts(CertificateParser.Parse)[0];

    private byte[] Flight(byte[] hello, SslProtocols protocol) => TlsServer.Answer(hello, protocol, _ => _certificate);
}
