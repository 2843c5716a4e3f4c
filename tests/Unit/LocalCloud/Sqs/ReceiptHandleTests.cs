using FsCheck;
using FsCheck.Fluent;
using TaskMesh.LocalCloud.Sqs;

namespace TaskMesh.Unit.LocalCloud.Sqs;

public class ReceiptHandleTests
{
    [Fact]
    public void A_handle_reads_back_as_itself() => Check.QuickThrowOnFailure(Prop.ForAll<int, long, int>((queue, message, receives) =>
    {
        var handle = new ReceiptHandle(queue, message, receives);

        return ReceiptHandle.TryParse(handle.ToString(), out var read) && read == handle;
    }));

    [Fact]
    public void What_was_never_issued_is_no_handle() =>
        Check.QuickThrowOnFailure(Prop.ForAll<string?>(text => !ReceiptHandle.TryParse(text, out _)));

    [Fact]
    public void A_handle_with_one_changed_character_is_no_handle()
    {
        var text = new ReceiptHandle(1, 2, 3).ToString();

        Assert.All(Enumerable.Range(0, text.Length - 1), place =>
            Assert.False(ReceiptHandle.TryParse($"{text[..place]}{(text[place] == 'A' ? 'B' : 'A')}{text[(place + 1)..]}", out _)));
    }
}
