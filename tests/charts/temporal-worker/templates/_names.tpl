{{- define "temporal-worker.labels" -}}
app.kubernetes.io/name: temporal-worker
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: temporal-worker
{{- end }}

{{- define "temporal-worker.image" -}}
{{ .repository }}:{{ .tag }}{{ with .digest }}@{{ . }}{{ end }}
{{- end }}
