using Xunit.Sdk;

namespace TaskMesh.Testing.Contracts;

/// <summary>
/// A sentence of a contract, run once for each implementation. The class that runs the suite may carry a <see cref="SkipSuiteAttribute"/>
/// and one <see cref="DeviationAttribute"/> for each sentence that its implementation does not keep.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
[XunitTestCaseDiscoverer($"{nameof(TaskMesh)}.{nameof(Testing)}.{nameof(Contracts)}.{nameof(ContractFactDiscoverer)}", "TaskMesh.Testing")]
public sealed class ContractFactAttribute : FactAttribute;
