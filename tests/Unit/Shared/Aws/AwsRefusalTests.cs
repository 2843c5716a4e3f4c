using System.Net;
using Amazon.EC2;
using Amazon.Runtime;
using TaskMesh.Aws;

namespace TaskMesh.Unit.Shared.Aws;

public class AwsRefusalTests
{
    [Theory]
    [InlineData("ExpiredToken", false, "The AWS credentials have expired (ExpiredToken)")]
    [InlineData("RequestExpired", false, "The AWS credentials have expired (RequestExpired)")]
    [InlineData("AuthFailure", false, "AWS does not accept the credentials (AuthFailure)")]
    [InlineData("UnauthorizedOperation", true, "AWS does not allow it (UnauthorizedOperation): not for you")]
    public void A_code_tells_who_is_refused_and_why(string code, bool isPermission, string evidence)
    {
        var refusal = AwsRefusal.Of(code, "not for you. Encoded authorization failure message: abc")!;

        Assert.Equal((isPermission, evidence), (refusal.IsPermission, refusal.Evidence));
        Assert.Equal($"{evidence}: {refusal.Fix}.", refusal.Sentence);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("RequestLimitExceeded")]
    public void What_concerns_what_was_asked_is_no_refusal(string? code) => Assert.Null(AwsRefusal.Of(code, "later"));

    [Fact]
    public void A_failure_is_known_by_its_cause()
    {
        var refused = new AmazonEC2Exception("no", null, ErrorType.Sender, "ExpiredToken", "id", HttpStatusCode.Forbidden);

        Assert.Equal("The AWS credentials have expired (ExpiredToken)", AwsRefusal.Of(new IOException("around", refused))?.Evidence);
        Assert.Null(AwsRefusal.Of(new IOException("alone")));
    }
}
