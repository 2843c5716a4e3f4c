using System.Text;
using TaskMesh.Workers.BareMetal.Scanning.Tls;

namespace TaskMesh.Unit.Workers.BareMetal.Scanning.Tls;

public class StartTlsDialogueTests
{
    [Theory]
    [InlineData(StartTls.Smtp, 0, "220-welcome\r\n220 mail.example\r\n", "EHLO taskmesh.invalid\r\n")]
    [InlineData(StartTls.Smtp, 1, "250-mail.example\r\n250-SIZE 1000\r\n250 STARTTLS\r\n", "STARTTLS\r\n")]
    [InlineData(StartTls.Smtp, 2, "220 go ahead\r\n", "")]
    [InlineData(StartTls.Imap, 0, "* OK [CAPABILITY IMAP4rev1 STARTTLS] ready\r\n", "a STARTTLS\r\n")]
    [InlineData(StartTls.Imap, 1, "* something else\r\na OK begin\r\n", "")]
    [InlineData(StartTls.Pop3, 0, "+OK ready\r\n", "STLS\r\n")]
    [InlineData(StartTls.Pop3, 1, "+OK begin\r\n", "")]
    public void A_good_reply_calls_for_the_next_line(StartTls protocol, int stage, string reply, string say)
    {
        var bytes = Encoding.ASCII.GetBytes(reply);
        for (var come = 0; come < bytes.Length; come++)
            Assert.False(StartTlsDialogue.TryAnswer(protocol, stage, bytes.AsSpan(0, come), out _, out _));

        Assert.True(StartTlsDialogue.TryAnswer(protocol, stage, bytes, out var read, out var said));

        Assert.Equal((bytes.Length, say), (read, Encoding.ASCII.GetString(said)));
    }

    [Theory]
    [InlineData(StartTls.Smtp, 0, "554 go away\r\n")]
    [InlineData(StartTls.Smtp, 2, "502 not here\r\n")]
    [InlineData(StartTls.Imap, 1, "a BAD what\r\n")]
    [InlineData(StartTls.Pop3, 1, "-ERR no\r\n")]
    [InlineData(StartTls.Pop3, 0, "\n")]
    public void Any_other_reply_ends_the_talk(StartTls protocol, int stage, string reply) => Assert.Throws<TlsParseException>(
        () => StartTlsDialogue.TryAnswer(protocol, stage, Encoding.ASCII.GetBytes(reply), out _, out _));

    [Fact]
    public void A_reply_without_an_end_is_not_waited_for() => Assert.Throws<TlsParseException>(
        () => StartTlsDialogue.TryAnswer(StartTls.Smtp, 0, new byte[StartTlsDialogue.MostBytes + 1], out _, out _));

    [Theory]
    [InlineData(25, StartTls.Smtp)]
    [InlineData(143, StartTls.Imap)]
    [InlineData(110, StartTls.Pop3)]
    [InlineData(443, StartTls.None)]
    public void The_port_says_what_is_spoken(ushort port, StartTls protocol) => Assert.Equal(protocol, StartTlsDialogue.ByPort(port));
}
