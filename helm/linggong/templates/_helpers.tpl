{{- define "linggong.name" -}}
{{- .Release.Name | trunc 50 | trimSuffix "-" -}}
{{- end }}

{{- define "linggong.labels" -}}
app.kubernetes.io/name: linggong
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{- /* (dict "root" $ "part" "web") */ -}}
{{- define "linggong.selector" -}}
app.kubernetes.io/name: linggong
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .part }}
{{- end }}

{{- define "linggong.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end }}

{{- define "linggong.podSecurity" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{- define "linggong.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end }}

{{- define "linggong.envFrom" -}}
- configMapRef:
    name: {{ include "linggong.name" . }}
- secretRef:
    name: {{ .Values.secrets.site }}
{{- end }}

{{- /* the keyring is a file, so that it shows in no process listing and no crash report */ -}}
{{- define "linggong.mounts" -}}
- name: keys
  mountPath: /etc/linggong/keys
  readOnly: true
- name: tmp
  mountPath: /tmp
{{- if .Values.files.volumeClaim }}
- name: files
  mountPath: /var/lib/linggong/files
{{- end }}
{{- end }}

{{- define "linggong.volumes" -}}
- name: keys
  secret:
    secretName: {{ .Values.secrets.keys }}
    defaultMode: 0440
- name: tmp
  emptyDir:
    sizeLimit: 256Mi
{{- if .Values.files.volumeClaim }}
- name: files
  persistentVolumeClaim:
    claimName: {{ .Values.files.volumeClaim }}
{{- end }}
{{- end }}

{{- define "linggong.placement" -}}
{{- with .Values.imagePullSecrets }}
imagePullSecrets: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.affinity }}
affinity: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- define "linggong.probe" -}}
path: {{ .path }}
port: http
httpHeaders:
  - name: Host
    value: {{ first .root.Values.allowedHosts | quote }}
{{- end }}
