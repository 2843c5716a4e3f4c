using TaskMesh.Core.Messages;

namespace TaskMesh.Unit.Shared.Core.Messages;

public class ObjectReferenceTests
{
    private static readonly byte[] Content = [1, 2, 3];

    [Fact]
    public void A_reference_knows_its_content_by_length_and_digest()
    {
        var reference = ObjectReference.To("b", "results/t/1/", Content);

        Assert.Null(reference.Damage(Content));
        Assert.Equal($"object {reference.Key} has 2 bytes, not 3", reference.Damage([1, 2]));
        Assert.StartsWith($"object {reference.Key} has the SHA-256 ", reference.Damage([1, 2, 4]), StringComparison.Ordinal);
        Assert.Null(ObjectReference.To("b", "", []).Damage([]));
    }

    [Fact]
    public void A_key_tells_its_task()
    {
        var task = Guid.CreateVersion7();

        Assert.Equal(task, ObjectReference.TaskOf(ObjectReference.To("b", ObjectReference.ResultFolder(task, 2), Content).Key));
        Assert.Equal(task, ObjectReference.TaskOf(ObjectReference.To("b", ObjectReference.InputFolder(task, 1), Content).Key));
        Assert.Null(ObjectReference.TaskOf("results/no-task/1/x"));
        Assert.Null(ObjectReference.TaskOf($"other/{task}/1/x"));
    }

    [Theory]
    [InlineData("other", "results/t/1/x", false)]
    [InlineData("b", "results/t/11/x", false)]
    [InlineData("b", "results/t/1/x", true)]
    public void Only_its_own_folder_counts(string bucket, string key, bool isIn) =>
        Assert.Equal(isIn, new ObjectReference(bucket, key, 0, "").IsIn("b", "results/t/1/"));
}
