/** "  adminEmail: Enter an e-mail address like …" */
export function fieldLine({ field, message }: { field: string; message: string }): string {
  return `  ${field === "" ? "" : `${field}: `}${message}`;
}
