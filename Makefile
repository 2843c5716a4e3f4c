# The developers' commands. `make` alone prints them.
.DEFAULT_GOAL := help
.PHONY: help build test unit format check approve demo publish synth bench-start bench-tasks bench-profile bench-completion bench-fanout \
	bench-latency bench-mesh bench-decisions bench-rates bench-local bench-packets bench-syn bench-loss truth resume kill-switch bench-tls bench-dns fuzz \
	sim defects crashes chaos real-packages

SOLUTION := TaskMesh.sln
STAGE := dev
SEEDS := 200
CASES := 10000000
FIRST := 1
SEED := 1
DEFECT :=
MOST :=
JOBS := 50000
GENERATED := 0
NAMES := 1000000
ROUNDS := 5
SECONDS := 10
BATCH := 100
N := 100000
export DOTNET_NOLOGO := 1
export DOTNET_CLI_TELEMETRY_OPTOUT := 1
# Bare Debian has no ICU; nothing here sorts or formats by language.
export DOTNET_SYSTEM_GLOBALIZATION_INVARIANT := 1

install = dpkg -s $(1) >/dev/null 2>&1 || { apt-get -qq update && apt-get -qq install -y --no-install-recommends $(1); } >/dev/null

help: ## print this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: ## restore and build everything; a warning is an error
	dotnet build $(SOLUTION) -c Release

test: ## set this machine up, then run every test: Unit, Cdk, Integration
	./taskmesh test

unit: ## run the unit tests; seconds
	dotnet test tests/Unit -c Release

format: ## bring the code into the form of .editorconfig
	dotnet format $(SOLUTION)

check: build ## build with style as errors, check the white space, run the unit tests: before every commit
	dotnet format whitespace . --folder --exclude artifacts --verify-no-changes
	dotnet test tests/Unit -c Release --no-build

approve: ## accept changed snapshots, after reading the difference
	@find tests docs schemas -name '*.received.txt' | while read -r received; do \
	    case $$received in docs/*|schemas/*) accepted=$${received%.received.txt} ;; *) accepted=$${received%.received.txt}.approved.txt ;; esac; \
	    echo "$$accepted"; mv "$$received" "$$accepted"; done

demo: ## set this machine up, then show the whole mesh at work
	./taskmesh demo

publish: ## build what a deployment uploads into artifacts/publish: zips of functions, archives of the worker, digests; CERTIFICATES=FILE FUNCTIONS=x64
	$(call install,zip)
	cdk/publish.sh

synth: ## write the CloudFormation template to artifacts/cdk.out; STAGE=dev
	dotnet build cdk -c Release
	CDK_OUTDIR=artifacts/cdk.out CDK_CONTEXT_JSON='{"stage":"$(STAGE)","packages":"artifacts/publish"}' dotnet artifacts/bin/Cdk/release/TaskMesh.Cdk.dll
	@ls artifacts/cdk.out/taskmesh-$(STAGE).template.json

bench-tasks: ## tasks through their whole lives per second, beside pg-boss and graphile-worker; JOBS=50000 ROUNDS=5
	dotnet build tests/Benchmarks -c Release -v q
	dotnet artifacts/bin/Benchmarks/release/TaskMesh.Benchmarks.dll tasks $(JOBS) $(ROUNDS)

bench-profile: ## what PostgreSQL does for them, statement by statement; BATCH=100 JOBS=50000 GENERATED=0
	dotnet build tests/Benchmarks -c Release -v q
	dotnet artifacts/bin/Benchmarks/release/TaskMesh.Benchmarks.dll profile $(BATCH) $(JOBS) $(GENERATED)

bench-completion: ## what one completion costs beside 10, 10,000 and 1,000,000 siblings
	dotnet build tests/Benchmarks -c Release -v q
	dotnet artifacts/bin/Benchmarks/release/TaskMesh.Benchmarks.dll completion

bench-fanout: ## children of one generator per second; N=100000
	dotnet build tests/Benchmarks -c Release -v q
	dotnet artifacts/bin/Benchmarks/release/TaskMesh.Benchmarks.dll fanout $(N)

bench-latency: ## from submission to start, idle and behind a backlog; N=100000
	dotnet build tests/Benchmarks -c Release -v q
	dotnet artifacts/bin/Benchmarks/release/TaskMesh.Benchmarks.dll latency $(N)

bench-mesh: ## a task's way through LocalCloud, alone and as one of a fan-out, with real processes; N=100000
	dotnet build tests/Proof -c Release
	dotnet artifacts/bin/Proof/release/TaskMesh.Proof.dll calm $(N)

bench-decisions: ## milliseconds to route a batch of ten new tasks, and to ask for a launch beside 1,000,000 that wait
	dotnet build tests/Benchmarks -c Release -v q
	dotnet artifacts/bin/Benchmarks/release/TaskMesh.Benchmarks.dll decisions

bench-rates: ## claims alone and completions alone per second
	dotnet build tests/Benchmarks -c Release -v q
	dotnet artifacts/bin/Benchmarks/release/TaskMesh.Benchmarks.dll rates

bench-local: ## LocalCloud's messages sent, received and deleted per second, beside fauxqs; ROUNDS=5 SECONDS=10
	dotnet build tests/Benchmarks -c Release -v q
	dotnet artifacts/bin/Benchmarks/release/TaskMesh.Benchmarks.dll local $(ROUNDS) $(SECONDS)

bench-start: ## process start to the first event and the first answer, beside an empty program; ROUNDS=5
	$(call install,zip)
	cdk/publish.sh true
	dotnet build tests/Benchmarks -c Release -v q
	dotnet artifacts/bin/Benchmarks/release/TaskMesh.Benchmarks.dll start $(ROUNDS)

bench-packets: ## nanoseconds and bytes for each packet, and the memory of scans of up to 2^48 questions, without a network
	dotnet build tests/Benchmarks -c Release -v q
	dotnet artifacts/bin/Benchmarks/release/TaskMesh.Benchmarks.dll packets

bench-syn: ## SYN probes per second, beside zmap and masscan, on a network of its own; ROUNDS=5
	$(call install,clang libbpf-dev bpftool zmap masscan iproute2)
	dotnet build $(SOLUTION) -c Release -v q
	dotnet artifacts/bin/Benchmarks/release/TaskMesh.Benchmarks.dll syn $(ROUNDS)

bench-loss: ## what share of open ports is found where packets get lost, beside zmap
	$(call install,clang libbpf-dev bpftool zmap iproute2)
	dotnet build $(SOLUTION) -c Release -v q
	dotnet artifacts/bin/Benchmarks/release/TaskMesh.Benchmarks.dll loss

truth: ROUNDS := 10
truth: ## whether scans at full speed say what is true of 1,048,576 ports, with idle and with busy processors; fails on any difference; ROUNDS=10
	$(call install,clang libbpf-dev bpftool iproute2)
	dotnet build $(SOLUTION) -c Release -v q
	dotnet artifacts/bin/Benchmarks/release/TaskMesh.Benchmarks.dll truth $(ROUNDS)

resume: ## whether a scan of a million ports that is killed on the way goes on there and ends as if nothing had happened; three minutes, as root
	$(call install,iproute2)
	dotnet build tests/Benchmarks -c Release -v q
	dotnet artifacts/bin/Benchmarks/release/TaskMesh.Benchmarks.dll resume

kill-switch: ## how long after the kill switch a scan's last packet is seen on the wire; as root
	dotnet build tests/Integration -c Release -v q
	@dotnet test tests/Integration -c Release --no-build --filter FullyQualifiedName~KillSwitchTests --logger 'console;verbosity=detailed' \
	    >artifacts/kill-switch.log && grep -o 'last packet: .*' artifacts/kill-switch.log || { cat artifacts/kill-switch.log; exit 1; }

bench-tls: ## certificates per second, beside Go's crypto/tls, SslStream and openssl s_time, from nginx; ROUNDS=5
	$(call install,clang libbpf-dev bpftool nginx-light golang-go openssl iproute2)
	dotnet build $(SOLUTION) -c Release -v q
	dotnet artifacts/bin/Benchmarks/release/TaskMesh.Benchmarks.dll tls $(ROUNDS)

bench-dns: ## questions per second beside dnsperf, as root; ROUNDS=5 NAMES=1000000
	$(call install,dnsperf nsd gcc libc6-dev ethtool iproute2)
	dotnet build src/Cli -c Release -v q
	dotnet build src/Workers.BareMetal -c Release -v q
	ROUNDS=$(ROUNDS) NAMES=$(NAMES) tests/Benchmarks/Dns/bench.sh

fuzz: ## hostile input for everything that reads what strangers send, and what the parsers' tests cover; CASES=10000000
	dotnet build tests/Unit -c Release -v q
	tests/Unit/Workers.BareMetal/Scanning/Fuzzing/run.sh $(CASES)

sim: ## simulate whole collections by seed; SEEDS=200 FIRST=1 DEFECT=
	dotnet build tests/Proof -c Release
	dotnet artifacts/bin/Proof/release/TaskMesh.Proof.dll sim $(SEEDS) $(FIRST) $(DEFECT)

defects: ## see each known defect found, by one of the first SEEDS seeds; SEEDS=200
	dotnet build tests/Proof -c Release
	dotnet artifacts/bin/Proof/release/TaskMesh.Proof.dll defects $(SEEDS)

crashes: ## let one process die at each place where it can, or at MOST of them; MOST=
	dotnet build tests/Proof -c Release
	dotnet artifacts/bin/Proof/release/TaskMesh.Proof.dll crashes $(MOST)

chaos: ## kill, pause and cut off real processes for ten minutes while queues go wrong; SEED=1
	dotnet build tests/Proof -c Release
	dotnet artifacts/bin/Proof/release/TaskMesh.Proof.dll chaos $(SEED)

real-packages: ## build and test without stand-ins, where the package feed has the real packages
	@mkdir -p artifacts
	@dotnet restore $(SOLUTION) -p:RealPackages=true >artifacts/real-packages.log 2>&1 || { \
	    sed -n 's/.*error \(NU[0-9]*: .*\) \[.*/\1/p' artifacts/real-packages.log | sort -u; \
	    echo 'The package feed lacks these packages: the stand-ins remain. artifacts/real-packages.log has it all.'; exit 1; }
	dotnet test $(SOLUTION) -c Release -p:RealPackages=true
