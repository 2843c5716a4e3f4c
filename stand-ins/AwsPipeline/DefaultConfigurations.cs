using Amazon.Runtime;
using Amazon.Runtime.Internal;

namespace Amazon.StandIn;

/// <summary>What AWS_DEFAULTS_MODE and the shared configuration file may choose from; each mode retries in the standard way.</summary>
internal static class DefaultConfigurations
{
    public static DefaultConfigurationProvider Provider() => new(
    [
        .. Enum.GetValues<DefaultConfigurationMode>()
            .Where(mode => mode != DefaultConfigurationMode.Auto)
            .Select(mode => new DefaultConfiguration { Name = mode, RetryMode = RequestRetryMode.Standard }),
    ]);
}
