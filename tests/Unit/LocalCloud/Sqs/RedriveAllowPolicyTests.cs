using TaskMesh.LocalCloud.Sqs;
using TaskMesh.LocalCloud.Wire;

namespace TaskMesh.Unit.LocalCloud.Sqs;

public class RedriveAllowPolicyTests
{
    [Theory]
    [InlineData("""{"redrivePermission":"allowAll"}""", true, true)]
    [InlineData("""{"redrivePermission":"denyAll"}""", false, false)]
    [InlineData("""{"redrivePermission":"byQueue","sourceQueueArns":["one"]}""", true, false)]
    public void It_says_whose_dead_letters_may_come(string json, bool one, bool two)
    {
        var policy = RedriveAllowPolicy.Parse(json);

        Assert.Equal((one, two), (policy.Allows("one"), policy.Allows("two")));
        Assert.Equal(json, policy.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"redrivePermission":"some"}""")]
    [InlineData("""{"redrivePermission":"byQueue"}""")]
    [InlineData("""{"redrivePermission":"byQueue","sourceQueueArns":[]}""")]
    [InlineData("""{"redrivePermission":"denyAll","sourceQueueArns":["one"]}""")]
    public void What_says_something_else_is_refused(string json) =>
        Assert.Equal("InvalidParameterValue", Assert.Throws<AwsException>(() => RedriveAllowPolicy.Parse(json)).Code);
}
