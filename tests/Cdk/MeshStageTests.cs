namespace TaskMesh.Cdk.Tests;

public class MeshStageTests
{
    [Theory]
    [InlineData("dev", true)]
    [InlineData("a", true)]
    [InlineData("prod2", true)]
    [InlineData("abcdefghijklmnopqrst", true)]
    [InlineData("abcdefghijklmnopqrstu", false)]
    [InlineData("", false)]
    [InlineData("2b", false)]
    [InlineData("Alice", false)]
    [InlineData("alice-2", false)]
    [InlineData("dev\n", false)]
    public void A_stage_is_a_short_lower_case_word(string name, bool accepted) => Assert.Equal(accepted, MeshStage.TryParse(name, out _));
}
