using FsCheck;
using FsCheck.Fluent;
using TaskMesh.LocalCloud.Sqs;

namespace TaskMesh.Unit.LocalCloud.Sqs;

public class MoveTaskHandleTests
{
    [Fact]
    public void A_handle_names_its_task_and_source()
    {
        var handle = new MoveTaskHandle(7, "arn:aws:sqs:eu-west-1:000000000000:dead");

        Assert.True(MoveTaskHandle.TryParse(handle.ToString(), out var parsed));
        Assert.Equal(handle, parsed);
    }

    [Fact]
    public void What_is_no_handle_is_none() => Prop
        .ForAll(
            ArbMap.Default.ArbFor<NonNull<string>>(),
            text => !MoveTaskHandle.TryParse(text.Get, out var parsed) || MoveTaskHandle.TryParse(parsed.ToString(), out _))
        .Check(Config.QuickThrowOnFailure);
}
