{{- define "workflow-worker.labels" -}}
app.kubernetes.io/name: workflow-worker
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: workflow-worker
{{- end }}

{{- define "workflow-worker.image" -}}
{{ .repository }}:{{ .tag }}{{ with .digest }}@{{ . }}{{ end }}
{{- end }}
