#!/bin/bash
# Makes a bare-metal worker of a new machine. What goes wrong here ends the machine: shutting down terminates it, the Manager keeps the
# end of the console and tries again.
set -euo pipefail
trap 'echo "first boot failed in line $LINENO"; shutdown -h now' ERR

REGION=
STAGE=
WORKER_LOCATION=
WORKER_SHA256=
LOG_GROUP=
DATABASE=
BARE_METAL_QUEUE_URL=
MANAGER_QUEUE_URL=
OBJECTS_BUCKET=

# No machine lives longer, whatever becomes of its worker, which leaves in order an hour before.
shutdown -h +720

dnf -q -y install aspnetcore-runtime-10.0 libpcap amazon-cloudwatch-agent

# The worker of this template's version and no other.
aws s3 cp --region "$REGION" --only-show-errors "$WORKER_LOCATION" /tmp/worker.tar.gz
echo "$WORKER_SHA256  /tmp/worker.tar.gz" | sha256sum --check --strict
mkdir -p /opt/taskmesh /etc/taskmesh
tar -xzf /tmp/worker.tar.gz -C /opt/taskmesh --no-same-owner
curl -sSf --proto '=https' --retry 3 -o /opt/taskmesh/rds.pem "https://truststore.pki.rds.amazonaws.com/$REGION/$REGION-bundle.pem"

useradd --system --no-create-home --shell /sbin/nologin taskmesh
# systemd opens the log before it makes the folder.
install -d -o taskmesh -g taskmesh -m 750 /var/log/taskmesh
cat >/etc/taskmesh/worker.env <<END
AWS_REGION=$REGION
TASKMESH_STAGE=$STAGE
TASKMESH_DATABASE="$DATABASE"
TASKMESH_DATABASE_IAM=1
TASKMESH_BARE_METAL_QUEUE_URL=$BARE_METAL_QUEUE_URL
TASKMESH_MANAGER_QUEUE_URL=$MANAGER_QUEUE_URL
TASKMESH_OBJECTS_BUCKET=$OBJECTS_BUCKET
TASKMESH_BARE_METAL_MAX_LIFETIME=11h
END

# Metrics are log lines in CloudWatch's embedded format, which it takes out of the group by itself.
cat >/opt/aws/amazon-cloudwatch-agent/etc/amazon-cloudwatch-agent.json <<END
{"agent":{"run_as_user":"root"},"logs":{"logs_collected":{"files":{"collect_list":[
  {"file_path":"/var/log/taskmesh/worker.log","log_group_name":"$LOG_GROUP","log_stream_name":"{instance_id}"}]}}}}
END
systemctl enable --now amazon-cloudwatch-agent

cp /opt/taskmesh/taskmesh-worker.service /etc/systemd/system/
systemctl daemon-reload
systemctl start taskmesh-worker
