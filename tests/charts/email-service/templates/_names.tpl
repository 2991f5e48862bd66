{{- define "email-service.labels" -}}
app.kubernetes.io/name: email-service
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: email-service
{{- end }}

{{- define "email-service.image" -}}
{{ .name | default .repository }}:{{ .tag }}{{ with .digest }}@{{ . }}{{ end }}
{{- end }}
