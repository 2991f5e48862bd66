{{- define "sebastian.fullname" -}}
{{- if contains .Chart.Name .Release.Name }}{{ .Release.Name }}{{ else }}{{ .Release.Name }}-{{ .Chart.Name }}{{ end }}
{{- end }}

{{- define "sebastian.labels" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "sebastian.image" -}}
{{ .name | default .repository }}:{{ .tag }}{{ with .digest }}@{{ . }}{{ end }}
{{- end }}

{{- /* A value is made once and found again on every upgrade: (dict "secret" the one in the cluster or nothing, "key", "length") */}}
{{- define "sebastian.keptValue" -}}
{{- $data := (.secret | default dict).data | default dict }}
{{- get $data .key | default (randAlphaNum .length | b64enc) }}
{{- end }}
