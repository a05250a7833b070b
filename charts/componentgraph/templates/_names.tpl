{{- define "componentgraph.name" -}}
{{- $part := .Values.nameOverride | default .Chart.Name -}}
{{- .Values.fullnameOverride | default (ternary .Release.Name (printf "%s-%s" .Release.Name $part) (contains $part .Release.Name)) | trunc 50 | trimSuffix "-" -}}
{{- end -}}

{{- define "componentgraph.account" -}}
{{- if .Values.serviceAccount.create -}}
{{- .Values.serviceAccount.name | default (include "componentgraph.name" .) -}}
{{- else -}}
{{- required "serviceAccount.name is needed when serviceAccount.create is false" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{- define "componentgraph.selector" -}}
app.kubernetes.io/name: componentgraph
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: operator
{{- end -}}

{{- define "componentgraph.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
app.kubernetes.io/name: componentgraph
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end -}}

{{- /* An image by digest, or by tag with the chart's version as default. */ -}}
{{- define "componentgraph.image" -}}
{{- if .image.digest -}}
{{- printf "%s@%s" .image.repository .image.digest -}}
{{- else -}}
{{- printf "%s:%s" .image.repository (.image.tag | default .version) -}}
{{- end -}}
{{- end -}}

{{- define "componentgraph.collector" -}}
{{- if .Values.collector.endpoint -}}
{{- .Values.collector.endpoint -}}
{{- else if .Values.collector.install -}}
{{- printf "http://%s-collector.%s.svc:4317" (include "componentgraph.name" .) .Release.Namespace -}}
{{- end -}}
{{- end -}}

{{- /* What every pod of the chart has: who may pull, where it runs, and as whom. */ -}}
{{- define "componentgraph.pod" -}}
securityContext:
  {{- toYaml .Values.podSecurityContext | nindent 2 }}
{{- with .Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.priorityClassName }}
priorityClassName: {{ . | quote }}
{{- end }}
{{- end -}}
