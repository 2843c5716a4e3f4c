using System.Reflection;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace TaskMesh.Testing.Contracts;

/// <summary>Makes the test cases of a suite, those that cannot hold skipped with their reason.</summary>
public sealed class ContractFactDiscoverer(IMessageSink diagnosticMessageSink) : FactDiscoverer(diagnosticMessageSink)
{
    protected override IXunitTestCase CreateTestCase(
        ITestFrameworkDiscoveryOptions discoveryOptions, ITestMethod testMethod, IAttributeInfo factAttribute)
    {
        var suite = testMethod.TestClass.Class.ToRuntimeType();
        var reason = suite.GetCustomAttribute<SkipSuiteAttribute>()?.Reason
            ?? suite.GetCustomAttributes<DeviationAttribute>().FirstOrDefault(deviation => deviation.Sentence == testMethod.Method.Name)?.Instead;
        if (reason is null)
            return base.CreateTestCase(discoveryOptions, testMethod, factAttribute);
        var (display, options) = (discoveryOptions.MethodDisplayOrDefault(), discoveryOptions.MethodDisplayOptionsOrDefault());
        return new XunitSkippedDataRowTestCase(DiagnosticMessageSink, display, options, testMethod, reason);
    }
}
