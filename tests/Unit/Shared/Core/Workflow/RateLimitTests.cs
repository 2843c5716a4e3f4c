using TaskMesh.Core.Workflow;

namespace TaskMesh.Unit.Shared.Core.Workflow;

public class RateLimitTests
{
    [Theory]
    [InlineData("crt.sh=60/1m:5", "crt.sh", 1, 5)]
    [InlineData("a=10/1s", "a", 10, 10)]
    [InlineData("a=1/10s", "a", 0.1, 1)]
    public void A_limit_is_a_name_a_rate_and_a_burst(string text, string bucket, double perSecond, int burst)
    {
        Assert.True(RateLimit.TryParse(text, out var limit));

        Assert.Equal(new RateLimit(bucket, perSecond, burst), limit);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a")]
    [InlineData("=1/1s")]
    [InlineData("a=1")]
    [InlineData("a=0/1s")]
    [InlineData("a=1/0s")]
    [InlineData("a=1/1s:0")]
    [InlineData("a=1/1s:2:3")]
    [InlineData("a=-1/1s")]
    [InlineData("a=1/1s=2")]
    public void Anything_else_is_none(string text) => Assert.False(RateLimit.TryParse(text, out _));
}
